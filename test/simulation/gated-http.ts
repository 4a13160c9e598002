/**
 * HTTP of the processes behind the scheduler: each request is a step, sent over the wire to the sandbox while everything
 * else stands still. What the network does to it is decided for each by the simulation.
 */
import type { HttpAnswer } from "../../src/adapters/s3/http-answer.ts";
import { type HttpExchange, HttpPool } from "../../src/adapters/s3/http-pool.ts";
import { type SimulatedProcess, currentProcess, outsideProcesses } from "./simulated-process.ts";

/** What becomes of one request. */
export type Weather =
  | "fair"
  /** Never arrives. */
  | "cut"
  /** Arrives, but its answer does not come back. */
  | "lost"
  /** The server answers 503 or 500, without effect. */
  | "slowdown"
  | "internal-error";

/** A request of one of the processes. */
export interface WireRequest {
  readonly process: SimulatedProcess;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends a request, with other headers than its own where they are given. */
export type SendAs<T> = (weather: Weather, headers?: Readonly<Record<string, string>>) => Promise<T>;

/** Takes requests over from the network. */
export interface WireGate {
  step<T>(request: WireRequest, send: SendAs<T>): Promise<T>;
}

const gates = new WeakMap<object, WireGate>();
type Send = (exchange: HttpExchange) => Promise<HttpAnswer>;

const original: unknown = Reflect.get(HttpPool.prototype, "request");
let installations = 0;

/** Puts every request of a process whose host is `host` behind `gate`. */
export function installWireGate(host: object, gate: WireGate): () => void {
  gates.set(host, gate);
  installations += 1;
  if (installations === 1)
    Object.defineProperty(HttpPool.prototype, "request", { value: gatedRequest, configurable: true });
  return () => {
    gates.delete(host);
    installations -= 1;
    if (installations === 0)
      Object.defineProperty(HttpPool.prototype, "request", { value: original, configurable: true });
  };
}

async function gatedRequest(this: HttpPool, exchange: HttpExchange): Promise<HttpAnswer> {
  const send: Send = (sent) => Reflect.apply(requestMethod(), this, [sent]);
  const process = currentProcess();
  const gate = process && gates.get(process.host);
  if (!process || !gate) return send(exchange);
  const { method, target: path, headers } = exchange;
  return gate.step({ process, method, path, headers }, async (weather, changed) => {
    if (weather === "cut") throw new BrokenConnection("the connection was closed before the request arrived");
    // A signal's abort would be noticed at an instant of the machine's own.
    const unsignalled = { ...exchange, signal: undefined, headers: changed ?? headers };
    const answer = await outsideProcesses(() => send(unsignalled));
    if (weather === "lost") throw new BrokenConnection("the connection was closed before the answer came");
    return answer;
  });
}

function requestMethod(): (...args: readonly unknown[]) => Promise<HttpAnswer> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return original as (...args: readonly unknown[]) => Promise<HttpAnswer>;
}

class BrokenConnection extends Error {
  readonly code = "HTTP_CLOSED";
}
