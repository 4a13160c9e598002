/** The S3 face of the sandbox: from a request on the wire to an operation and back. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Account } from "./account.ts";
import { type Answer, type Call, defaultCharge } from "./call.ts";
import { decodeChunkedBody, isChunkedPayload } from "./chunked-body.ts";
import type { Fault, FaultInjector } from "./faults.ts";
import { MAX_BODY_BYTES, discardBody, errorAnswer, readBody, sendAnswer } from "./http-io.ts";
import { type Operation, findOperation } from "./operation-table.ts";
import type { RequestHead } from "./request.ts";
import { S3Error, invalidArgument } from "./s3-error.ts";
import { type Credentials, type VerifiedSignature, sha256Hex, verifySignature } from "./signature.ts";

/** Documents (configurations, deletions, part lists) are small: 1,000 keys of 1,024 bytes, escaped. */
const MAX_DOCUMENT_BYTES = 8 * 1024 ** 2;
const DEFAULT_LATENCY_MS = 1000;

export interface EndpointOptions {
  readonly account: Account;
  readonly faults: FaultInjector;
  readonly credentials: Credentials;
  /** The time objects are dated by. */
  readonly now: () => number;
  /** The time signatures are judged by. */
  readonly signatureNow: () => number;
  /** Told of an operation right before it takes effect. */
  readonly onRequest: (operation: string, bucket: string, key: string) => void;
}

export class S3Endpoint {
  readonly #options: EndpointOptions;
  #requests = 0;

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  async handle(head: RequestHead, message: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = (++this.#requests).toString(16).toUpperCase().padStart(16, "0");
    const fault = await this.#faultedAnswer(head, message, response);
    if (!fault) return;
    const { answer } = fault;
    if (fault.closes) {
      message.socket.destroy();
      return;
    }
    if (answer instanceof S3Error) {
      if (!(await discardBody(message))) response.setHeader("connection", "close");
      await sendAnswer(response, errorAnswer(answer, head.method, `/${head.bucket}/${head.key}`, requestId), requestId);
    } else await sendAnswer(response, answer, requestId);
  }

  async #faultedAnswer(
    sent: RequestHead,
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<{ answer: Answer | S3Error; closes: boolean } | undefined> {
    try {
      const { credentials, signatureNow, faults } = this.#options;
      const verified = verifySignature(sent, credentials, signatureNow());
      const head = withHoistedHeaders(sent);
      checkVersionId(head.query.get("versionId"));
      const operation = findOperation(head);
      const hits = faults.hit(operation.name, head.key);
      for (const fault of hits) if (fault.kind === "latency") await delay(fault.latencyMs ?? DEFAULT_LATENCY_MS);
      const takesContent = operation.name === "PutObject" || operation.name === "UploadPart";
      const raw = await readBody(message, takesContent ? MAX_BODY_BYTES : MAX_DOCUMENT_BYTES);
      if (response.destroyed) return undefined;
      if (hits.some((fault) => fault.kind === "cut")) return { answer: { status: 200 }, closes: true };
      throwFault(hits);
      this.#options.onRequest(operation.name, head.bucket, head.key);
      const answer = this.#carryOut(head, operation, raw, verified);
      return { answer, closes: hits.some((fault) => fault.kind === "lost-answer") };
    } catch (error) {
      if (error instanceof S3Error) return { answer: error, closes: false };
      throw error;
    }
  }

  /** Runs the operation at one instant and bills the request, refused or not. */
  #carryOut(head: RequestHead, operation: Operation, raw: Buffer, verified: VerifiedSignature): Answer | S3Error {
    const { account, credentials, now } = this.#options;
    account.catchUp(now());
    const byMethod = defaultCharge(head.method, account.book.baseClass);
    try {
      const call = { ...decodedCall(head, raw, verified), account, region: credentials.region };
      const answer =
        operation.scope === "service"
          ? operation.run(call)
          : operation.run({ ...call, bucket: account.bucket(head.bucket) });
      const charge = answer.charge === undefined ? byMethod : answer.charge;
      if (charge) account.meter.enter(charge.item, charge.storageClass, 1);
      return answer;
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      if (byMethod) account.meter.enter(byMethod.item, byMethod.storageClass, 1);
      return error;
    }
  }
}

/** Version ids are opaque, but they come back in headers. @throws S3Error InvalidArgument */
function checkVersionId(versionId: string | undefined): void {
  if (versionId === undefined || /^[\x21-\x7e]{1,1024}$/.test(versionId)) return;
  throw invalidArgument("versionId", versionId, "Invalid version id specified");
}

/** Presigned requests carry in their query what others carry in headers. */
function withHoistedHeaders(head: RequestHead): RequestHead {
  if (!head.query.has("X-Amz-Signature")) return head;
  const headers = new Map(head.headers);
  for (const [name, value] of head.query) {
    const lower = name.toLowerCase();
    if (lower.startsWith("x-amz-") && !headers.has(lower)) headers.set(lower, value);
  }
  return { ...head, headers };
}

function throwFault(hits: readonly Fault[]): void {
  for (const { kind } of hits) {
    if (kind === "slowdown")
      throw new S3Error("SlowDown", "Please reduce your request rate.", {}, { "retry-after": "1" });
    if (kind === "internal-error")
      throw new S3Error("InternalError", "We encountered an internal error. Please try again.");
  }
}

function decodedCall(head: RequestHead, raw: Buffer, verified: VerifiedSignature): Omit<Call, "account" | "region"> {
  const common = { request: head, query: head.query, key: head.key };
  if (isChunkedPayload(verified.payload)) {
    const stated = head.headers.get("x-amz-decoded-content-length");
    const { body, trailers } = decodeChunkedBody(raw, verified, stated);
    const headers = trailers.size === 0 ? head.headers : new Map([...head.headers, ...trailers]);
    return { ...common, headers, body };
  }
  if (verified.payload !== "UNSIGNED-PAYLOAD") {
    if (!/^[0-9a-f]{64}$/.test(verified.payload)) {
      throw new S3Error(
        "InvalidArgument",
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- word or a valid sha256 value.",
      );
    }
    const calculated = sha256Hex(raw);
    if (calculated !== verified.payload) {
      throw new S3Error(
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        {
          ClientComputedContentSHA256: verified.payload,
          S3ComputedContentSHA256: calculated,
        },
      );
    }
  }
  return { ...common, headers: head.headers, body: raw };
}
