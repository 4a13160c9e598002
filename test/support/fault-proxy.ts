/** Stands between a client and a server and spoils the answers it is told to spoil. */
import { type IncomingMessage, type ServerResponse, createServer, request } from "node:http";

/** `lost-answer`: the server acts, the client hears nothing. `cut`: the server never hears. */
export type Spoiling = "lost-answer" | "cut" | "slowdown" | "half-body";

export interface FaultProxy extends AsyncDisposable {
  readonly endpoint: string;
  /** Spoils the next `count` requests that match. */
  spoil(kind: Spoiling, count: number, matches: (method: string, target: string) => boolean): void;
  /** Requests seen, as `METHOD target`. */
  readonly seen: readonly string[];
}

interface Order {
  readonly kind: Spoiling;
  left: number;
  readonly matches: (method: string, target: string) => boolean;
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const orders: Order[] = [];
  const seen: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const [method, path] = [incoming.method ?? "", incoming.url ?? ""];
    seen.push(`${method} ${path}`);
    const order = orders.find(({ left, matches }) => left > 0 && matches(method, path));
    if (order) order.left -= 1;
    answer(order?.kind ?? null, incoming, outgoing, { hostname, port, method, path });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    spoil: (kind, count, matches) => void orders.push({ kind, left: count, matches }),
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

interface Forward {
  readonly hostname: string;
  readonly port: string;
  readonly method: string;
  readonly path: string;
}

function answer(kind: Spoiling | null, incoming: IncomingMessage, outgoing: ServerResponse, to: Forward): void {
  if (kind === "cut") {
    incoming.socket.destroy();
    return;
  }
  if (kind === "slowdown") {
    incoming.resume();
    incoming.on("end", () => {
      outgoing.writeHead(503, { "content-type": "application/xml" });
      outgoing.end("<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>");
    });
    return;
  }
  const forwarded = request({ ...to, headers: incoming.headers }, (answered) => {
    if (kind === "lost-answer") {
      answered.resume();
      answered.on("end", () => incoming.socket.destroy());
      return;
    }
    outgoing.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
    if (kind === null) {
      answered.pipe(outgoing);
      return;
    }
    answered.once("data", (chunk: Buffer) => {
      outgoing.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => incoming.socket.destroy());
      answered.destroy();
    });
  });
  forwarded.on("error", () => outgoing.destroy());
  incoming.pipe(forwarded);
}
