/** What SQS and the network say, as Astra's own errors. */
import type * as Sqs from "@aws-sdk/client-sqs";
import { AstraError, type ErrorCode, isAstraError } from "../../core/errors.ts";

/** What was asked of which queue; for messages. */
export interface AskedOfQueue {
  /** `ReceiveMessage`: also the name of the permission. */
  readonly operation: string;
  readonly queueUrl: string;
  readonly endpoint: string;
}

/** Names by "Common Errors" and the operations' own, Amazon SQS API Reference; the older protocol has some with a prefix. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  QueueDoesNotExist: "ASTRA_QUEUE_MISSING",
  "AWS.SimpleQueueService.NonExistentQueue": "ASTRA_QUEUE_MISSING",
  InvalidAddress: "ASTRA_QUEUE_MISSING",
  AccessDenied: "ASTRA_QUEUE_FORBIDDEN",
  AccessDeniedException: "ASTRA_QUEUE_FORBIDDEN",
  KmsAccessDenied: "ASTRA_QUEUE_FORBIDDEN",
  OptInRequired: "ASTRA_QUEUE_AUTHENTICATION",
  InvalidSecurity: "ASTRA_QUEUE_AUTHENTICATION",
  InvalidClientTokenId: "ASTRA_QUEUE_AUTHENTICATION",
  UnrecognizedClientException: "ASTRA_QUEUE_AUTHENTICATION",
  SignatureDoesNotMatch: "ASTRA_QUEUE_AUTHENTICATION",
  InvalidSignatureException: "ASTRA_QUEUE_AUTHENTICATION",
  IncompleteSignature: "ASTRA_QUEUE_AUTHENTICATION",
  MissingAuthenticationToken: "ASTRA_QUEUE_AUTHENTICATION",
  ExpiredToken: "ASTRA_QUEUE_AUTHENTICATION",
  ExpiredTokenException: "ASTRA_QUEUE_AUTHENTICATION",
  RequestExpired: "ASTRA_QUEUE_AUTHENTICATION",
};

/** @param sdk tells an answer of the service from a broken connection */
export function queueError(error: unknown, asked: AskedOfQueue, sdk: typeof Sqs): AstraError {
  if (isAstraError(error)) return error;
  if (!(error instanceof sdk.SQSServiceException)) return unreachable(error, asked);
  const said = error.message === "" ? error.name : `${error.name}: ${error.message}`;
  const code = (Object.hasOwn(CODES, error.name) ? CODES[error.name] : undefined) ?? "ASTRA_QUEUE_REFUSED";
  const fix = `Grant sqs:${asked.operation} on the queue to this principal.`;
  return new AstraError(code, `the queue refused ${asked.operation} (${said})`, {
    where: asked.queueUrl,
    cause: error,
    ...(code === "ASTRA_QUEUE_FORBIDDEN" && { fix }),
  });
}

function unreachable(error: unknown, { operation, endpoint }: AskedOfQueue): AstraError {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? `${error.code}: ` : "";
  const message = error instanceof Error ? error.message : String(error);
  return new AstraError("ASTRA_QUEUE_UNREACHABLE", `the queue gave no answer to ${operation} (${code}${message})`, {
    where: endpoint,
    cause: error,
    retryable: true,
  });
}
