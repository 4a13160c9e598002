/** Bodies from https (and, for hosts allowed by name, http), never from an address inside the network. */
import { Agent, type Dispatcher, request } from "undici";
import { AstraError, isAstraError } from "../../core/errors.ts";
import type { OpenBody } from "../../ports/body-source.ts";
import { checkHost, guardedLookup, plainHost } from "./address-guard.ts";

export interface HttpBodyOptions {
  readonly allowedHosts: ReadonlySet<string>;
  /** Certificate authority to trust, PEM; the system's where absent. */
  readonly ca?: string;
  readonly lookup?: ReturnType<typeof guardedLookup>;
}

/** A body whose connection is given back by reading to the end or by `discard`. */
export interface HttpBody extends OpenBody {
  discard(): Promise<void>;
}

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const CONNECT_TIMEOUT_MS = 10_000;
/** To the first byte, and between two chunks. */
const IDLE_TIMEOUT_MS = 60_000;

export class HttpBodies {
  readonly #allowed: ReadonlySet<string>;
  readonly #agent: Agent;

  constructor(options: HttpBodyOptions) {
    this.#allowed = options.allowedHosts;
    this.#agent = new Agent({
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        lookup: options.lookup ?? guardedLookup(options.allowedHosts),
        ...(options.ca !== undefined && { ca: options.ca }),
      },
      headersTimeout: IDLE_TIMEOUT_MS,
      bodyTimeout: IDLE_TIMEOUT_MS,
    });
  }

  /** Redirects are followed by hand, so that each address is checked as the first one was. */
  async open(uri: string): Promise<HttpBody> {
    let url = this.#checked(uri, uri);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const answer = await this.#get(url, uri);
      if (!REDIRECTS.has(answer.statusCode)) return bodyOf(answer, uri);
      await answer.body.dump();
      const location = answer.headers.location;
      if (typeof location !== "string")
        throw new AstraError("ASTRA_BODY_MISSING", "a redirect names no address", { where: shown(uri) });
      url = this.#checked(new URL(location, url).href, uri);
    }
    throw new AstraError("ASTRA_BODY_MISSING", `more than ${MAX_REDIRECTS} redirects`, { where: shown(uri) });
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #checked(text: string, uri: string): URL {
    const url = URL.parse(text);
    const where = shown(uri);
    if (!url) throw new AstraError("ASTRA_BODY_FORBIDDEN", "the address is not valid", { where });
    if (url.username !== "" || url.password !== "") {
      throw new AstraError("ASTRA_BODY_FORBIDDEN", "an address must not carry a user name or password", {
        where,
        fix: "Use a presigned address instead.",
      });
    }
    const isPlain = url.protocol === "http:" && this.#allowed.has(plainHost(url.hostname));
    if (url.protocol !== "https:" && !isPlain) {
      throw new AstraError(
        "ASTRA_BODY_FORBIDDEN",
        `${url.protocol} addresses are not read from ${plainHost(url.hostname) || "here"}`,
        {
          where,
          fix: "Use https:, or add the host to `ingest.allowed_private_hosts`.",
        },
      );
    }
    checkHost(url.hostname, this.#allowed, where);
    return url;
  }

  async #get(url: URL, uri: string): Promise<Dispatcher.ResponseData> {
    try {
      return await request(url, {
        dispatcher: this.#agent,
        method: "GET",
        headers: { "accept-encoding": "identity", "user-agent": "astra" },
      });
    } catch (error) {
      throw transportFault(error, uri);
    }
  }
}

async function bodyOf(answer: Dispatcher.ResponseData, uri: string): Promise<HttpBody> {
  const { statusCode, headers, body } = answer;
  if (statusCode !== 200) {
    await body.dump();
    const retryable = statusCode >= 500 || statusCode === 429 || statusCode === 408;
    throw new AstraError("ASTRA_BODY_MISSING", `the server answered ${statusCode}`, { where: shown(uri), retryable });
  }
  const length = headers["content-length"];
  const sizeBytes = typeof length === "string" && /^\d+$/.test(length) ? Number(length) : null;
  return { chunks: chunksOf(body, uri), sizeBytes, discard: () => body.dump() };
}

async function* chunksOf(body: AsyncIterable<Uint8Array>, uri: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw transportFault(error, uri);
  }
}

function transportFault(error: unknown, uri: string): AstraError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (isAstraError(cause)) return cause;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const text = `the server cannot be reached${code === "" ? "" : ` (${code})`}`;
  return new AstraError("ASTRA_BODY_MISSING", text, { where: shown(uri), cause: error, retryable: true });
}

/** Query and credentials of an address may be secret (presigned links): neither is shown. */
function shown(uri: string): string {
  return uri.replace(/[?#].*$/s, "").replace(/\/\/[^/]*@/, "//…@");
}
