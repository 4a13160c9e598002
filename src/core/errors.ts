/** The one error that crosses a port or reaches a user. */
import { ERRORS, type ErrorCode, type ErrorSpec } from "./error-list.ts";

export { ERRORS, EXIT, type ErrorClass, type ErrorCode } from "./error-list.ts";

const BY_CODE: ReadonlyMap<string, ErrorSpec> = new Map(ERRORS.map((spec) => [spec.code, spec]));

/** Where a fault stands: a file with line and column, an object, a broker. */
export interface ErrorDetails {
  /** `astra.yaml:12:3`, `s3://bucket/key`, `localhost:9092`. */
  readonly where?: string;
  readonly fix?: string;
  readonly cause?: unknown;
  /** A later try may succeed. */
  readonly retryable?: boolean;
  /** The server asked to wait this long. */
  readonly retryAfterMs?: number;
  /** An earlier try of the refused request may have worked; what it did is gone or replaced since. */
  readonly mayHaveWorked?: boolean;
}

/** The only error class that crosses a port or reaches a user. */
export class AstraError extends Error {
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly fix: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly mayHaveWorked: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "AstraError";
    this.code = code;
    this.where = details.where;
    this.fix = details.fix ?? errorSpec(code).fix;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.mayHaveWorked = details.mayHaveWorked ?? false;
  }
}

/** The list's entry of a code. */
export function errorSpec(code: ErrorCode): ErrorSpec {
  const spec = BY_CODE.get(code);
  if (!spec) throw new RangeError(`unlisted error code ${code}`);
  return spec;
}

/** Whether `error` is ours, with one of `codes` where any are given. */
export function isAstraError(error: unknown, ...codes: readonly ErrorCode[]): error is AstraError {
  return error instanceof AstraError && (codes.length === 0 || codes.includes(error.code));
}

/** Any thrown value as an AstraError; what is not one already is a bug. */
export function toAstraError(error: unknown): AstraError {
  if (error instanceof AstraError) return error;
  // A fault in closing a thing (SuppressedError, which older runtimes don't name) hides what the work itself met.
  if (error instanceof Error && "suppressed" in error) return toAstraError(error.suppressed);
  const message = error instanceof Error ? error.message : String(error);
  return new AstraError("ASTRA_INTERNAL", message, { cause: error });
}
