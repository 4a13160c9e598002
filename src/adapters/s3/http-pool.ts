/** Connections to one origin: as many as are allowed, kept for the next request, the warmest first. */
import type { HttpAnswer } from "./http-answer.ts";
import { type Answered, type HttpRequest, type Peer, HttpConnection } from "./http-connection.ts";
import { HttpFault } from "./http-fault.ts";

/** One exchange. */
export interface HttpExchange {
  readonly method: string;
  /** Path and query as signed; sent byte for byte. */
  readonly target: string;
  /** Everything but the body's length; names in lower case, values fit for a header. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Until the answer's head has come. */
  readonly headersTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface PoolOptions {
  /** Most at a time; what more is asked for waits, first come, first served. */
  readonly connections: number;
  /** Certificate authority to trust, PEM. */
  readonly ca: string | undefined;
}

interface Waiting {
  readonly request: HttpRequest;
  readonly answered: Answered;
  /** The connection that carries it. */
  connection: HttpConnection | null;
}

/** Timeouts are as exact as this, and cost nothing per request. */
const TICK_MS = 250;
const MOST_PER_TICK_MS = 4 * TICK_MS;

export class HttpPool {
  readonly #peer: Peer;
  readonly #most: number;
  readonly #open = new Set<HttpConnection>();
  readonly #free: HttpConnection[] = [];
  readonly #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isDestroyed = false;
  nowMs = 0;

  /** @param origin `https://host:port` */
  constructor(origin: string, { connections, ca }: PoolOptions) {
    const { protocol, hostname, port } = new URL(origin);
    const isSecure = protocol === "https:";
    this.#peer = {
      isSecure,
      host: hostname.replace(/^\[(.*)\]$/, "$1"),
      port: port === "" ? (isSecure ? 443 : 80) : Number(port),
      ca,
      session: undefined,
    };
    this.#most = connections;
  }

  /** @throws HttpFault, an error of the system, or the signal's reason */
  request(exchange: HttpExchange): Promise<HttpAnswer> {
    return new Promise((resolve, reject: (reason: unknown) => void) => {
      const { method, body, headersTimeoutMs, signal } = exchange;
      const waiting: Waiting = {
        request: { method, head: headText(exchange), body, headersTimeoutMs },
        connection: null,
        answered: (fault, answer) => {
          if (signal) signal.removeEventListener("abort", aborted);
          if (answer) resolve(answer);
          else reject(fault);
        },
      };
      const aborted = (): void => this.#abort(waiting, signal?.reason);
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", aborted, { once: true });
      this.#begin(waiting);
    });
  }

  destroy(): void {
    this.#isDestroyed = true;
    const reason = new HttpFault("HTTP_CLOSED", "the store was closed");
    for (const { answered } of this.#waiting.splice(0)) answered(reason, null);
    for (const connection of this.#open) connection.destroy(reason);
    this.#stopTimer();
  }

  freed(connection: HttpConnection): void {
    const next = this.#waiting.shift();
    if (next) this.#carry(connection, next);
    else this.#free.push(connection);
  }

  closed(connection: HttpConnection): void {
    this.#open.delete(connection);
    const place = this.#free.indexOf(connection);
    if (place >= 0) this.#free.splice(place, 1);
    if (this.#open.size === 0) this.#stopTimer();
    const next = this.#isDestroyed ? undefined : this.#waiting.shift();
    if (next) this.#begin(next);
  }

  #begin(waiting: Waiting): void {
    if (this.#isDestroyed) return waiting.answered(new HttpFault("HTTP_CLOSED", "the store was closed"), null);
    const free = this.#free.pop();
    if (free) return this.#carry(free, waiting);
    if (this.#open.size >= this.#most) return void this.#waiting.push(waiting);
    this.#startTimer();
    const connection = new HttpConnection(this.#peer, this);
    this.#open.add(connection);
    this.#carry(connection, waiting);
  }

  #carry(connection: HttpConnection, waiting: Waiting): void {
    waiting.connection = connection;
    connection.carry(waiting.request, waiting.answered);
  }

  #abort(waiting: Waiting, reason: unknown): void {
    if (waiting.connection) return waiting.connection.destroy(reason);
    const place = this.#waiting.indexOf(waiting);
    if (place < 0) return;
    this.#waiting.splice(place, 1);
    waiting.answered(reason, null);
  }

  #startTimer(): void {
    if (this.#timer) return;
    let lastMs = performance.now();
    this.#timer = setInterval(() => {
      const tickMs = performance.now();
      // What this process slept or computed is not the server's silence.
      this.nowMs += Math.min(tickMs - lastMs, MOST_PER_TICK_MS);
      lastMs = tickMs;
      for (const connection of this.#open) connection.check();
    }, TICK_MS);
    // A request that is waited for keeps the process by its socket.
    this.#timer.unref();
  }

  #stopTimer(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** Servers want to know of a length also where there is none. */
const SENDS_CONTENT = new Set(["PUT", "POST"]);

function headText({ method, target, headers, body }: HttpExchange): string {
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (const name in headers) text += `${name}: ${headers[name] ?? ""}\r\n`;
  if (body !== null || SENDS_CONTENT.has(method)) text += `content-length: ${body?.length ?? 0}\r\n`;
  return `${text}\r\n`;
}
