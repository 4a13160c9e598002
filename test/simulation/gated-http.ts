/**
 * HTTP of the processes behind the scheduler: each request is a step, sent over the wire to the sandbox while everything
 * else stands still. What the network does to it is decided for each by the simulation.
 */
import { type Dispatcher, Pool } from "undici";
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
type Send = (options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>;

const original: unknown = Reflect.get(Pool.prototype, "request");
let installations = 0;

/** Puts every request of a process whose host is `host` behind `gate`. */
export function installWireGate(host: object, gate: WireGate): () => void {
  gates.set(host, gate);
  installations += 1;
  if (installations === 1)
    Object.defineProperty(Pool.prototype, "request", { value: gatedRequest, configurable: true });
  return () => {
    gates.delete(host);
    installations -= 1;
    if (installations === 0) Reflect.deleteProperty(Pool.prototype, "request");
  };
}

async function gatedRequest(this: Pool, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  const send: Send = (sent) => Reflect.apply(requestMethod(), this, [sent]);
  const process = currentProcess();
  const gate = process && gates.get(process.host);
  if (!process || !gate) return send(options);
  const headers = Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const request = { process, method: options.method, path: options.path, headers };
  return gate.step(request, async (weather, changed) => {
    if (weather === "cut") throw new BrokenConnection("the connection was closed before the request arrived");
    // A signal's abort would be noticed at an instant of the machine's own.
    const { signal: _, ...unsignalled } = options;
    const answer = await outsideProcesses(() => received(send, { ...unsignalled, headers: changed ?? headers }));
    if (weather === "lost") throw new BrokenConnection("the connection was closed before the answer came");
    return answer;
  });
}

function requestMethod(): (...args: readonly unknown[]) => Promise<Dispatcher.ResponseData> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return original as (...args: readonly unknown[]) => Promise<Dispatcher.ResponseData>;
}

/** The whole answer is here before anything goes on, so that the network's own timing shows nowhere. */
async function received(send: Send, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  const answer = await send(options);
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  Object.assign(answer.body, {
    text: async () => bytes.toString("utf8"),
    dump: async () => undefined,
    async *[Symbol.asyncIterator]() {
      yield bytes;
    },
  });
  return answer;
}

class BrokenConnection extends Error {
  readonly code = "UND_ERR_SOCKET";
}
