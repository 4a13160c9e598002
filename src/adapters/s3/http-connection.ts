/**
 * One connection, one request at a time (RFC 9112 without pipelining: of a request in a pipe that breaks nobody could tell
 * whether it was carried out). Timeouts are kept by whoever holds the connections, with one timer for all.
 */
import { type NetConnectOpts, type Socket, connect as connectPlain, isIP } from "node:net";
import { type TLSSocket, connect as connectTls } from "node:tls";
import { BodyMemory } from "./body-memory.ts";
import { type HttpAnswer, AnswerReader } from "./http-answer.ts";
import { HttpFault } from "./http-fault.ts";

/** A request as it goes onto the wire. */
export interface HttpRequest {
  readonly method: string;
  /** Request line and headers with the empty line that ends them, in Latin-1. */
  readonly head: string;
  readonly body: Uint8Array | null;
  /** Until the answer's head has come. */
  readonly headersTimeoutMs: number;
}

/** Told once of a request: of its answer, or why there is none. */
export type Answered = (fault: unknown, answer: HttpAnswer | null) => void;

export interface Peer {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  readonly ca: string | undefined;
  /** Of an earlier connection to the same peer; spares the handshake its costly part. */
  session: Buffer | undefined;
}

export interface ConnectionOwner {
  /** Coarse and monotonic, ms. */
  readonly nowMs: number;
  /** The connection has nothing to do. */
  freed(connection: HttpConnection): void;
  /** It is gone, and is not to be used again. */
  closed(connection: HttpConnection): void;
}

const CONNECT_TIMEOUT_MS = 10_000;
const BODY_TIMEOUT_MS = 60_000;
/** Servers that don't say how long they wait close after five seconds and more. */
const IDLE_MS = 4_000;
/** The server's own limit is not used to its end: a request on its way while it closes would be lost. */
const IDLE_MARGIN_MS = 1_000;
const MAX_IDLE_MS = 600_000;
/** Bytes come in here, and are taken out before the next read: one piece of memory serves all connections. */
const RECEIVED = Buffer.allocUnsafeSlow(256 * 1024);

export class HttpConnection {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket | TLSSocket;
  readonly #memory = new BodyMemory();
  #reader: AnswerReader | null = null;
  #answered: Answered | null = null;
  #isConnected = false;
  #isGone = false;
  #headersTimeoutMs = 0;
  #idleMs = IDLE_MS;
  /** What is waited for has to have come by then. */
  #deadlineMs = Infinity;

  constructor(peer: Peer, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#socket = connect(peer, (length) => this.#take(length));
    this.#socket.once(peer.isSecure ? "secureConnect" : "connect", () => {
      this.#isConnected = true;
      this.#expect(this.#headersTimeoutMs);
    });
    this.#socket.on("error", (error) => this.#lose(error));
    this.#socket.on("end", () => this.#ended());
    this.#socket.on("close", () => this.#ended());
  }

  /** The connection must be free. */
  carry(request: HttpRequest, answered: Answered): void {
    this.#reader = new AnswerReader(request.method, this.#memory);
    this.#answered = answered;
    this.#headersTimeoutMs = request.headersTimeoutMs;
    this.#expect(this.#isConnected ? request.headersTimeoutMs : CONNECT_TIMEOUT_MS);
    this.#socket.ref();
    if (request.body === null || request.body.length === 0) {
      this.#socket.write(request.head, "latin1");
      return;
    }
    this.#socket.cork();
    this.#socket.write(request.head, "latin1");
    this.#socket.write(request.body);
    this.#socket.uncork();
  }

  /** Ends what has taken too long. */
  check(): void {
    if (this.#owner.nowMs < this.#deadlineMs) return;
    if (!this.#answered) return this.destroy(null);
    if (!this.#isConnected) return this.destroy(new HttpFault("HTTP_CONNECT_TIMEOUT", "no connection in time"));
    const what = this.#reader?.isBegun ? "the answer stopped coming" : "no answer in time";
    this.destroy(new HttpFault("HTTP_TIMEOUT", what));
  }

  /** @param reason told to the request under way */
  destroy(reason: unknown): void {
    this.#lose(reason ?? new HttpFault("HTTP_CLOSED", "the connection was closed"));
  }

  #expect(withinMs: number): void {
    this.#deadlineMs = this.#owner.nowMs + withinMs;
  }

  #take(length: number): void {
    const reader = this.#reader;
    // Nothing was asked, so these bytes could pass for the answer to what is asked next.
    if (!reader) return this.destroy(null);
    try {
      if (reader.take(RECEIVED.subarray(0, length))) this.#finish(reader);
      else this.#expect(reader.isBegun ? BODY_TIMEOUT_MS : this.#headersTimeoutMs);
    } catch (error) {
      this.#lose(error);
    }
  }

  #ended(): void {
    const reader = this.#reader;
    if (reader?.end()) this.#finish(reader);
    this.#lose(new HttpFault("HTTP_CLOSED", "the server closed the connection before it had answered"));
  }

  #finish(reader: AnswerReader): void {
    const answered = this.#answered;
    const answer = reader.answer();
    this.#reader = null;
    this.#answered = null;
    // Answered before all was sent: the rest would stand before the next request.
    if (reader.isLastOfConnection || this.#socket.writableLength > 0) {
      this.#lose(null);
    } else {
      this.#idleMs = idleMs(answer.headers.get("keep-alive")) ?? this.#idleMs;
      this.#expect(this.#idleMs);
      this.#socket.unref();
      this.#owner.freed(this);
    }
    answered?.(null, answer);
  }

  #lose(fault: unknown): void {
    if (this.#isGone) return;
    this.#isGone = true;
    const answered = this.#answered;
    this.#reader = null;
    this.#answered = null;
    this.#socket.destroy();
    this.#owner.closed(this);
    answered?.(fault, null);
  }
}

function connect(peer: Peer, received: (length: number) => void): Socket | TLSSocket {
  const { host, port, isSecure, ca, session } = peer;
  const options: NetConnectOpts = {
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    onread: {
      buffer: RECEIVED,
      callback: (length) => {
        received(length);
        return true;
      },
    },
  };
  if (!isSecure) return connectPlain(options);
  const secure = connectTls({
    ...options,
    ALPNProtocols: ["http/1.1"],
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
    ...(session && { session }),
  });
  secure.on("session", (fresh) => (peer.session = fresh));
  return secure;
}

/** `timeout=5, max=1000` */
function idleMs(keepAlive: string | undefined): number | null {
  const seconds = keepAlive === undefined ? undefined : /timeout=(\d{1,9})/.exec(keepAlive)?.[1];
  if (seconds === undefined) return null;
  return Math.min(MAX_IDLE_MS, Math.max(0, Number(seconds) * 1000 - IDLE_MARGIN_MS));
}
