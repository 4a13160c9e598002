/** Faults as SQS tells them, and what is asked of it, against a scripted server: real queues are in `test/system/`. */
import { createHash } from "node:crypto";
import { type IncomingMessage, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AstraError } from "../../core/errors.ts";
import type { QueueMessage } from "../../ports/notification-queue.ts";
import { type SqsOptions, sqsQueue } from "./notification-queue.ts";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}
interface Asked {
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly authorization: string;
}

const SIGNAL = new AbortController().signal;
let answers: Answer[];
let asked: Asked[];
let server: Server;
let endpoint: string;

beforeEach(async () => {
  answers = [];
  asked = [];
  server = createServer((request, response) => {
    void answered(request).then(({ status, body }) =>
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body)),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

async function answered(request: IncomingMessage): Promise<Answer> {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += String(piece);
  const operation = String(request.headers["x-amz-target"]).replace("AmazonSQS.", "");
  const input: Record<string, unknown> = JSON.parse(text);
  asked.push({ operation, input, authorization: String(request.headers.authorization) });
  return (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 200, body: {} };
}

/** The SDK refuses messages whose digest is another. */
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

const queue = (more: Partial<SqsOptions> = {}) =>
  sqsQueue({
    queueUrl: `${endpoint}/123456789012/changes`,
    endpoint,
    region: "eu-west-1",
    credentials: () => Promise.resolve({ accessKeyId: "KEY", secretAccessKey: "secret-word" }),
    waitSeconds: 7,
    hiddenSeconds: 45,
    ...more,
  });

const message = (index: number): QueueMessage => ({ id: `m${index}`, body: "{}", receipt: `r${index}`, deliveries: 1 });

describe("asks", () => {
  test("for ten messages, with the wait and the time they are hidden", async () => {
    const Messages = [
      {
        MessageId: "m1",
        Body: "text",
        MD5OfBody: md5("text"),
        ReceiptHandle: "r1",
        Attributes: { ApproximateReceiveCount: "3" },
      },
      { MessageId: "m2", Body: "x", MD5OfBody: md5("x"), ReceiptHandle: "r2" },
    ];
    answers = [
      { status: 200, body: { Messages } },
      { status: 200, body: {} },
    ];
    await using under = queue();
    expect(await under.receive(SIGNAL)).toEqual([
      { id: "m1", body: "text", receipt: "r1", deliveries: 3 },
      { id: "m2", body: "x", receipt: "r2", deliveries: 1 },
    ]);
    expect(await under.receive(SIGNAL)).toEqual([]);
    expect(asked[0]).toMatchObject({
      operation: "ReceiveMessage",
      input: { MaxNumberOfMessages: 10, WaitTimeSeconds: 7, VisibilityTimeout: 45 },
    });
    expect(asked[0]?.authorization).toMatch(/Credential=KEY\/\d+\/eu-west-1\/sqs\//);
  });

  test("in tens to hide and to delete, and tells which were refused", async () => {
    const messages = Array.from({ length: 12 }, (_, index) => message(index));
    answers = [
      {
        status: 200,
        body: { Successful: [], Failed: [{ Id: "3", SenderFault: true, Code: "ReceiptHandleIsInvalid" }] },
      },
      {
        status: 200,
        body: { Successful: [], Failed: [{ Id: "1", SenderFault: true, Code: "ReceiptHandleIsInvalid" }] },
      },
      { status: 200, body: { Successful: [] } },
    ];
    await using under = queue();
    expect(await under.hide(messages)).toEqual([messages[3], messages[11]]);
    expect(await under.delete(messages)).toEqual([]);
    const entries = asked.map(({ input }) => input["Entries"]) as {
      VisibilityTimeout?: number;
      ReceiptHandle: string;
    }[][];
    expect(asked.map(({ operation }) => operation)).toEqual([
      "ChangeMessageVisibilityBatch",
      "ChangeMessageVisibilityBatch",
      "DeleteMessageBatch",
      "DeleteMessageBatch",
    ]);
    expect(entries.map((each) => each.length)).toEqual([10, 2, 10, 2]);
    expect(entries[1]?.[1]).toMatchObject({ ReceiptHandle: "r11", VisibilityTimeout: 45 });
  });

  test("nothing once the signal came", async () => {
    await using under = queue();
    expect(await under.receive(AbortSignal.abort())).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe("faults", () => {
  const typed = (name: string): Answer => ({
    status: 400,
    body: { __type: `com.amazonaws.sqs#${name}`, message: "no" },
  });
  test.each([
    ["QueueDoesNotExist", "ASTRA_QUEUE_MISSING"],
    ["AccessDeniedException", "ASTRA_QUEUE_FORBIDDEN"],
    ["KmsAccessDenied", "ASTRA_QUEUE_FORBIDDEN"],
    ["InvalidClientTokenId", "ASTRA_QUEUE_AUTHENTICATION"],
    ["SignatureDoesNotMatch", "ASTRA_QUEUE_AUTHENTICATION"],
    ["ExpiredTokenException", "ASTRA_QUEUE_AUTHENTICATION"],
    ["OverLimit", "ASTRA_QUEUE_REFUSED"],
    ["toString", "ASTRA_QUEUE_REFUSED"],
  ])("%s is %s", async (name, code) => {
    answers = [typed(name)];
    await using under = queue();
    const error: unknown = await under.receive(SIGNAL).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(AstraError);
    expect(error).toMatchObject({ code, where: `${endpoint}/123456789012/changes` });
    expect(JSON.stringify(error, ["message", "fix", "where"])).not.toContain("secret-word");
  });

  test("a missing permission is named", async () => {
    answers = [typed("AccessDenied")];
    await using under = queue();
    const grant = (action: string): string => expect.stringMatching(`^Grant sqs:${action} on`) as string;
    await expect(under.delete([message(1)])).rejects.toMatchObject({ fix: grant("DeleteMessage") });
    await expect(under.hide([message(1)])).rejects.toMatchObject({ fix: grant("ChangeMessageVisibility") });
  });

  test("a message that came damaged is not taken", async () => {
    answers = [
      { status: 200, body: { Messages: [{ MessageId: "m", Body: "x", ReceiptHandle: "r", MD5OfBody: md5("y") }] } },
    ];
    await using under = queue();
    await expect(under.receive(SIGNAL)).rejects.toMatchObject({
      code: "ASTRA_QUEUE_UNREACHABLE",
      message: expect.stringContaining("MD5") as string,
    });
  });

  test("a passing fault is tried again", async () => {
    answers = [
      { status: 503, body: { __type: "ServiceUnavailable" } },
      { status: 200, body: {} },
    ];
    await using under = queue();
    expect(await under.receive(SIGNAL)).toEqual([]);
    expect(asked).toHaveLength(2);
  });

  test("an address where nobody answers", async () => {
    const closed = endpoint;
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    await using under = queue({ endpoint: closed });
    await expect(under.receive(SIGNAL)).rejects.toMatchObject({ code: "ASTRA_QUEUE_UNREACHABLE", where: closed });
  });

  test("credentials that can't be had keep their own error", async () => {
    const fault = new AstraError("ASTRA_STORE_AUTHENTICATION", "no credentials");
    await using under = queue({ credentials: () => Promise.reject(fault) });
    await expect(under.receive(SIGNAL)).rejects.toBe(fault);
  });
});
