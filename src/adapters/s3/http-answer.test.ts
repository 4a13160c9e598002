import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BodyMemory } from "./body-memory.ts";
import { type HttpAnswer, AnswerReader } from "./http-answer.ts";

const connection = new BodyMemory();

/** Reads an answer that comes in as `pieces`, each in memory that is overwritten after it was handed over. */
function readPieces(pieces: readonly Buffer[], method = "GET", isClosed = false): HttpAnswer | null {
  const reader = new AnswerReader(method, connection);
  for (const piece of pieces) {
    const memory = Buffer.from(piece);
    const isWhole = reader.take(memory);
    memory.fill(0x21);
    if (isWhole) return reader.answer();
  }
  return isClosed && reader.end() ? reader.answer() : null;
}

function read(text: string, method = "GET", isClosed = false): HttpAnswer | null {
  return readPieces([Buffer.from(text, "latin1")], method, isClosed);
}

const OK = "HTTP/1.1 200 OK\r\n";

describe("an answer", () => {
  it("has the body that its length states", () => {
    const answer = read(`${OK}Content-Length: 5\r\nETag:  "a" \r\n\r\nhello`);
    expect(answer).toMatchObject({ status: 200, text: "hello" });
    expect(Object.fromEntries(answer?.headers ?? [])).toEqual({ "content-length": "5", etag: '"a"' });
    expect(read(`${OK}Content-Length: 5\r\n\r\nhell`)).toBeNull();
    expect(read(`${OK}Content-Length: 5, 5\r\n\r\nhello`)?.text).toBe("hello");
  });

  it("has no body after HEAD, 204 and 304, whatever it states", () => {
    expect(read(`${OK}Content-Length: 5\r\n\r\n`, "HEAD")?.text).toBe("");
    expect(read("HTTP/1.1 204 No Content\r\n\r\n")?.status).toBe(204);
    expect(read("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n")?.status).toBe(304);
  });

  it("may come in chunks, with extensions and trailers", () => {
    const chunks = "5;a=b\r\nhello\r\n1\r\n \r\n00a\r\n0123456789\r\n0\r\nx-sum: 1\r\n\r\n";
    expect(read(`${OK}Transfer-Encoding: Chunked\r\n\r\n${chunks}`)?.text).toBe("hello 0123456789");
  });

  it("may end with the connection where nothing states its length", () => {
    expect(read(`${OK}\r\nhello`)).toBeNull();
    expect(read(`${OK}\r\nhello`, "GET", true)?.text).toBe("hello");
    expect(read(`${OK}Content-Length: 9\r\n\r\nhello`, "GET", true)).toBeNull();
    expect(read(`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`, "GET", true)).toBeNull();
  });

  it("may follow informational ones", () => {
    expect(read(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n${OK}\r\n`, "HEAD")?.status).toBe(
      200,
    );
  });

  it("joins a header that comes twice, and reads UTF-8 and Latin-1", () => {
    const twice = read(
      `${OK}X-A: 1\r\nx-a: 2\r\nx-u: ${Buffer.from("ü").toString("latin1")}\r\nx-l: \xfc\r\n\r\n`,
      "HEAD",
    );
    expect(Object.fromEntries(twice?.headers ?? [])).toEqual({ "x-a": "1,2", "x-u": "ü", "x-l": "\xfc" });
  });

  it("is the same however its bytes are cut", () => {
    const body = `é${"x".repeat(300)}<Key>ü</Key>`;
    const bytes = Buffer.from(body);
    const framings = [
      [`${OK}Content-Length: ${bytes.length}\r\n\r\n`, body, ""],
      [
        `HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: ${bytes.length}\r\nx-ü: no\r\n\r\n`.replace("x-ü", "x-u"),
        body,
        "",
      ],
      [`${OK}Transfer-Encoding: chunked\r\n\r\n${bytes.length.toString(16)}\r\n`, body, "\r\n0\r\n\r\n"],
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...framings),
        fc.array(fc.nat(700), { maxLength: 12 }),
        ([head, text, tail], cuts) => {
          const whole = Buffer.concat([Buffer.from(head), Buffer.from(text), Buffer.from(tail)]);
          const places = [0, ...cuts.map((cut) => cut % whole.length).toSorted((a, b) => a - b), whole.length];
          const pieces = places.slice(1).map((end, index) => whole.subarray(places[index], end));
          expect(readPieces(pieces)).toMatchObject({ status: 200, text: body });
        },
      ),
    );
  });

  it.each([
    ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n\r\n"],
    ["HTTP/2", "HTTP/2 200\r\n\r\n"],
    ["a change of protocol", "HTTP/1.1 101 Switching\r\n\r\n"],
    ["two lengths", `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`],
    ["a length and chunks", `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ["a length that is none", `${OK}Content-Length: 5x\r\n\r\n`],
    ["a negative length", `${OK}Content-Length: -1\r\n\r\n`],
    ["another coding", `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    ["a folded header", `${OK}x-a: 1\r\n 2\r\n\r\n`],
    ["a header without a name", `${OK}: 1\r\n\r\n`],
    ["a header without a colon", `${OK}x-a\r\n\r\n`],
    ["a space in a name", `${OK}x a: 1\r\n\r\n`],
    ["a lone line feed", `${OK}x-a: 1\nx-b: 2\r\n\r\n`],
    ["a NUL", `${OK}x-a: 1\0\r\n\r\n`],
    ["a chunk's size that is none", `${OK}Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n`],
    ["a chunk longer than stated", `${OK}Transfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n`],
    ["a chunk that ends without CR", `${OK}Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n`],
    ["a head without end", `${OK}${"x-a: 1\r\n".repeat(9000)}`],
  ])("with %s is refused", (_what, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ name: "HttpFault" }));
  });
});
