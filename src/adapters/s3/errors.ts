/** What S3 and the network say, as Astra's own errors. */
import { type ErrorCode, type ErrorDetails, AstraError } from "../../core/errors.ts";
import type { Break } from "./transport.ts";
import { tagText } from "./xml-scan.ts";

/** A refusal as the store put it. */
export interface StoreFault {
  readonly status: number;
  /** S3's error code; for an answer without a body, the one that its status stands for. */
  readonly code: string;
  readonly message: string;
}

/** What was asked of which thing; for messages. */
export interface Asked {
  /** `PutObject` */
  readonly operation: string;
  /** `s3:PutObject` */
  readonly action: string;
  readonly bucket: string;
  readonly key?: string | undefined;
  readonly endpoint: string;
}

const BY_STATUS: Readonly<Record<number, string>> = {
  301: "PermanentRedirect",
  307: "TemporaryRedirect",
  400: "BadRequest",
  403: "AccessDenied",
  404: "NotFound",
  405: "MethodNotAllowed",
  409: "Conflict",
  412: "PreconditionFailed",
  416: "InvalidRange",
  429: "TooManyRequests",
  500: "InternalError",
  501: "NotImplemented",
  503: "SlowDown",
};

export function readFault(status: number, body: string): StoreFault {
  return {
    status,
    code: tagText(body, "Code") ?? BY_STATUS[status] ?? `HTTP ${status}`,
    message: tagText(body, "Message") ?? "",
  };
}

const AUTHENTICATION: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: "Correct the secret key: it does not belong to this access key.",
  InvalidAccessKeyId: "Correct the access key: the store does not know it.",
  ExpiredToken: "Renew the session token, or let a profile or role renew it.",
  InvalidToken: "Correct the session token, or leave it out for long-lived keys.",
  TokenRefreshRequired: "Renew the session token, or let a profile or role renew it.",
  RequestTimeTooSkewed: "Set this machine's clock; it is more than 15 minutes off the store's.",
  AuthorizationHeaderMalformed: "Set the bucket's own region.",
  MissingSecurityHeader: "Set an access key and a secret key.",
  NotSignedUp: "Use keys of an account that has the service.",
  AccountProblem: "Use keys of an account in good standing.",
};
const THROTTLED = new Set([
  "SlowDown",
  "ServiceUnavailable",
  "TooManyRequests",
  "RequestLimitExceeded",
  "ThrottlingException",
  "Throttling",
  "BandwidthLimitExceeded",
]);
const PASSING = new Set([
  "InternalError",
  "RequestTimeout",
  "OperationAborted",
  "ConditionalRequestConflict",
  "BadGateway",
]);

export function isAuthenticationFault(code: string): boolean {
  return Object.hasOwn(AUTHENTICATION, code);
}

export function isExpiredToken(code: string): boolean {
  return code === "ExpiredToken" || code === "TokenRefreshRequired" || code === "InvalidToken";
}

/** A later try of the same request may succeed. */
export function isPassing(fault: StoreFault): boolean {
  return isThrottle(fault) || PASSING.has(fault.code) || (fault.status >= 500 && fault.status !== 501);
}

export function isThrottle(fault: StoreFault): boolean {
  return THROTTLED.has(fault.code) || fault.status === 429;
}

/** A passing fault after which the server may have carried the request out nevertheless. */
export function isUncertain(fault: StoreFault): boolean {
  return !isThrottle(fault) && (fault.status >= 500 || fault.code === "InternalError");
}

export function askedWhere(asked: Asked): string {
  return asked.key === undefined ? `s3://${asked.bucket}` : objectWhere(asked.bucket, asked.key);
}

/** An object's name on one line, whatever characters its key has. */
export function objectWhere(bucket: string, key: string): string {
  return `s3://${bucket}/${key.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => JSON.stringify(character).slice(1, -1))}`;
}

export function faultError(fault: StoreFault, asked: Asked): AstraError {
  const [code, details] = faultCode(fault, asked);
  const said = fault.message === "" ? fault.code : `${fault.code}: ${fault.message}`;
  return new AstraError(code, `${askedWhere(asked)}: ${asked.operation} was refused (${said})`, {
    where: askedWhere(asked),
    ...details,
  });
}

function faultCode(fault: StoreFault, asked: Asked): [ErrorCode, ErrorDetails] {
  const authentication = Object.hasOwn(AUTHENTICATION, fault.code) ? AUTHENTICATION[fault.code] : undefined;
  if (authentication !== undefined) return ["ASTRA_STORE_AUTHENTICATION", { fix: authentication }];
  if (isThrottle(fault)) return ["ASTRA_STORE_THROTTLED", { retryable: true }];
  switch (fault.code) {
    case "NoSuchBucket":
      return ["ASTRA_STORE_BUCKET_MISSING", { where: `s3://${asked.bucket}` }];
    case "NoSuchKey":
    case "NoSuchVersion":
      return ["ASTRA_OBJECT_MISSING", {}];
    case "NotFound":
      return [asked.key === undefined ? "ASTRA_STORE_BUCKET_MISSING" : "ASTRA_OBJECT_MISSING", {}];
    case "PreconditionFailed":
      return ["ASTRA_OBJECT_CHANGED", {}];
    case "InvalidObjectState":
    case "ObjectNotInActiveTierError":
      return ["ASTRA_OBJECT_ARCHIVED", {}];
    case "BadDigest":
    case "XAmzContentSHA256Mismatch":
      return ["ASTRA_STORE_INTEGRITY", { retryable: true }];
    case "AccessDenied":
    case "AllAccessDisabled":
      return ["ASTRA_STORE_FORBIDDEN", { fix: `Grant ${asked.action} on ${grantTarget(asked)} to this principal.` }];
  }
  return ["ASTRA_STORE_REFUSED", { retryable: isPassing(fault) }];
}

function grantTarget(asked: Asked): string {
  return asked.key === undefined ? `the bucket ${asked.bucket}` : `${asked.bucket}/*`;
}

export function breakError(broken: Break, asked: Asked): AstraError {
  const reason = broken.code === "" ? broken.message : `${broken.code}: ${broken.message}`;
  return new AstraError(
    "ASTRA_STORE_UNREACHABLE",
    `${asked.endpoint} did not answer ${asked.operation} for ${askedWhere(asked)} (${reason})`,
    {
      where: asked.endpoint,
      cause: broken.cause,
      retryable: broken.retryable,
      ...(broken.certificate
        ? { fix: "Name the authority that signed the certificate in `s3.ca_file`, or correct the endpoint." }
        : {}),
    },
  );
}
