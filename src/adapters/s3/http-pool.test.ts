import { type Socket, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type HttpExchange, HttpPool } from "./http-pool.ts";

let open: AsyncDisposableStack | null = null;

afterEach(async () => {
  await open?.disposeAsync();
  open = null;
});

interface Served {
  readonly pool: HttpPool;
  /** Requests as they came, head and body. */
  readonly seen: readonly string[];
  readonly connections: () => number;
}

/** A server that answers the n-th request on all its connections by `answer`. */
async function serve(answer: (socket: Socket, nth: number) => void, connections = 4): Promise<Served> {
  const stack = (open ??= new AsyncDisposableStack());
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    sockets.add(socket);
    let received = "";
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      const headEnd = received.indexOf("\r\n\r\n") + 4;
      const length = Number(/content-length: (\d+)/.exec(received)?.[1] ?? 0);
      if (headEnd < 4 || received.length < headEnd + length) return;
      seen.push(received);
      received = "";
      answer(socket, seen.length);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  stack.defer(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const pool = new HttpPool(`http://127.0.0.1:${port}`, { connections, ca: undefined });
  stack.defer(() => pool.destroy());
  return { pool, seen, connections: () => count };
}

function get(over: Partial<HttpExchange> = {}): HttpExchange {
  return {
    method: "GET",
    target: "/b/a//../k",
    headers: { host: "h" },
    body: null,
    headersTimeoutMs: 30_000,
    signal: undefined,
    ...over,
  };
}

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

describe("a pool of connections", () => {
  it("sends what it was given, byte for byte, and uses a connection again", async () => {
    const { pool, seen, connections } = await serve((socket) => void socket.write(OK));
    await pool.request(get());
    const answer = await pool.request(get({ method: "PUT", body: Buffer.from("body") }));
    await pool.request(get({ method: "POST" }));
    expect(answer).toMatchObject({ status: 200, text: "ok" });
    expect(seen).toEqual([
      "GET /b/a//../k HTTP/1.1\r\nhost: h\r\n\r\n",
      "PUT /b/a//../k HTTP/1.1\r\nhost: h\r\ncontent-length: 4\r\n\r\nbody",
      "POST /b/a//../k HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\n\r\n",
    ]);
    expect(connections()).toBe(1);
  });

  it("opens no more than it may; what is more waits its turn", async () => {
    const { pool, connections } = await serve((socket) => void setImmediate(() => socket.write(OK)), 3);
    const answers = await Promise.all(Array.from({ length: 50 }, () => pool.request(get())));
    expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 50 }, () => "ok"));
    expect(connections()).toBe(3);
  });

  it("never mixes answers up, whatever the server does to connections", async () => {
    const { pool } = await serve((socket, nth) => {
      const body = `answer ${nth}`;
      const close = nth % 3 === 0 ? "connection: close\r\n" : "";
      if (nth % 5 === 0) socket.destroy();
      else socket.write(`HTTP/1.1 200 OK\r\n${close}content-length: ${body.length}\r\n\r\n${body}`);
    }, 2);
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => pool.request(get())));
    const texts = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.text] : []));
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts).toHaveLength(48);
    for (const result of results)
      if (result.status === "rejected")
        expect(result.reason).toMatchObject({ code: expect.stringMatching(/HTTP_CLOSED|ECONN|EPIPE/) });
  });

  it("takes no bytes that were not asked for as an answer", async () => {
    const { pool, connections } = await serve((socket) => void socket.write(`${OK}HTTP/1.1 200 OK\r\n\r\n`));
    await pool.request(get());
    expect((await pool.request(get())).text).toBe("ok");
    expect(connections()).toBe(2);
  });

  it("leaves a connection whose server answered before it had read the request", async () => {
    const body = Buffer.alloc(16 * 1024 * 1024);
    const stack = (open ??= new AsyncDisposableStack());
    let count = 0;
    const server = createServer((socket) => {
      count += 1;
      socket.on("error", () => undefined);
      socket.once("data", () => {
        socket.pause();
        socket.write("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    const pool = new HttpPool(`http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`, {
      connections: 1,
      ca: undefined,
    });
    stack.defer(() => pool.destroy());
    stack.defer(() => void server.close());
    expect((await pool.request(get({ method: "PUT", body }))).status).toBe(403);
    expect((await pool.request(get())).status).toBe(403);
    expect(count).toBe(2);
  });

  it("ends a request that is aborted, also while it waits for a connection", async () => {
    const { pool } = await serve(() => undefined, 1);
    const first = new AbortController();
    const second = new AbortController();
    const answers = [pool.request(get({ signal: first.signal })), pool.request(get({ signal: second.signal }))];
    second.abort(new Error("second"));
    first.abort(new Error("first"));
    const results = await Promise.allSettled(answers);
    expect(results.map((result) => (result.status === "rejected" ? String(result.reason) : "?"))).toEqual([
      "Error: first",
      "Error: second",
    ]);
    await expect(pool.request(get({ signal: first.signal }))).rejects.toThrow("first");
  });

  it("waits no longer than it was told for an answer's head", async () => {
    const { pool } = await serve(() => undefined);
    await expect(pool.request(get({ headersTimeoutMs: 1 }))).rejects.toMatchObject({ code: "HTTP_TIMEOUT" });
  });

  it("says where nobody listens, and that nothing was sent", async () => {
    const { pool } = await serve(() => undefined);
    await open?.disposeAsync();
    open = null;
    await expect(pool.request(get())).rejects.toMatchObject({ code: "HTTP_CLOSED" });
    const gone = new HttpPool("http://127.0.0.1:1", { connections: 1, ca: undefined });
    await expect(gone.request(get())).rejects.toMatchObject({ code: "ECONNREFUSED" });
    gone.destroy();
  });

  it("ends what is under way when it is destroyed", async () => {
    const { pool } = await serve(() => undefined, 1);
    const answers = [pool.request(get()), pool.request(get())];
    pool.destroy();
    for (const answer of answers) await expect(answer).rejects.toMatchObject({ code: "HTTP_CLOSED" });
  });
});
