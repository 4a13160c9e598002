/** Stands between a client and an S3 server and keeps what was asked and what was answered. */
import { type IncomingMessage, type ServerResponse, createServer, request } from "node:http";
import { findOperation } from "../../src/sandbox/operation-table.ts";
import { type RequestHead, parseHead } from "../../src/sandbox/request.ts";

export interface SeenRequest {
  /** `CopyObject` */
  readonly operation: string;
  readonly head: RequestHead;
  readonly status: number;
  /** Lower-case names. */
  readonly answered: Readonly<Record<string, string>>;
}

export interface RecordingProxy extends AsyncDisposable {
  readonly endpoint: string;
  /** In the order of the answers; emptied by whoever has read it. */
  readonly seen: SeenRequest[];
  /** Awaited before a request is passed on: the place for what another client does in between. */
  before: (operation: string, head: RequestHead) => Promise<void>;
  /** Operations that are answered by 403 and not passed on. */
  readonly refused: Set<string>;
}

export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const head = parseHead(incoming);
    const { name } = findOperation(head);
    const record = (status: number, answered: SeenRequest["answered"]): void => {
      seen.push({ operation: name, head, status, answered });
    };
    void (async () => {
      await proxy.before(name, head);
      if (proxy.refused.has(name)) refuse(incoming, outgoing, record);
      else pass(target, incoming, outgoing, record);
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  const proxy: RecordingProxy = {
    seen,
    before: async () => undefined,
    refused: new Set(),
    endpoint: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return proxy;
}

type Recorder = (status: number, answered: SeenRequest["answered"]) => void;

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, record: Recorder): void {
  incoming.resume().on("end", () => {
    record(403, {});
    outgoing.writeHead(403, { "content-type": "application/xml" });
    outgoing.end("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
  });
}

function pass(target: string, incoming: IncomingMessage, outgoing: ServerResponse, record: Recorder): void {
  const { hostname, port } = new URL(target);
  const to = { hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers };
  const forwarded = request(to, (answered) => {
    const status = answered.statusCode ?? 502;
    const headers = Object.entries(answered.headers).map(([name, value]) => [name, String(value)] as const);
    record(status, Object.fromEntries(headers));
    outgoing.writeHead(status, answered.rawHeaders);
    answered.pipe(outgoing);
  });
  forwarded.on("error", () => outgoing.destroy());
  incoming.pipe(forwarded);
}
