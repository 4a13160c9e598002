/** What came over a connection is no answer, or none came. The connection can't be used any further. */
export class HttpFault extends Error {
  override readonly name = "HttpFault";
  /** Stands in messages, as the codes of the system do. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
