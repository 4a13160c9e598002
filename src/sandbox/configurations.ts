/** Bucket configurations that are kept and returned as they were put. */
import type { Answer, BucketCall } from "./call.ts";
import { xmlAnswer } from "./call.ts";
import { checkDigests } from "./content-checks.ts";
import { S3Error, type S3ErrorCode, invalidArgument } from "./s3-error.ts";
import { leaf, parseXmlRoot, xmlDocument } from "./xml.ts";

export interface ConfigurationKind {
  /** Query parameter that names it. */
  readonly subresource: string;
  /** Name in operations: `GetBucket…`. */
  readonly name: string;
  /** Root element of the document. */
  readonly root: string;
  /** Answer where none was put: a refusal, or an empty document of this root. */
  readonly missing: S3ErrorCode | "empty";
  /** Several per bucket, each with an id. */
  readonly hasIds?: boolean;
}

export const CONFIGURATION_KINDS: readonly ConfigurationKind[] = [
  { subresource: "logging", name: "Logging", root: "BucketLoggingStatus", missing: "empty" },
  {
    subresource: "notification",
    name: "NotificationConfiguration",
    root: "NotificationConfiguration",
    missing: "empty",
  },
  {
    subresource: "replication",
    name: "Replication",
    root: "ReplicationConfiguration",
    missing: "ReplicationConfigurationNotFoundError",
  },
  { subresource: "cors", name: "Cors", root: "CORSConfiguration", missing: "NoSuchCORSConfiguration" },
  { subresource: "website", name: "Website", root: "WebsiteConfiguration", missing: "NoSuchWebsiteConfiguration" },
  {
    subresource: "publicAccessBlock",
    name: "PublicAccessBlock",
    root: "PublicAccessBlockConfiguration",
    missing: "NoSuchPublicAccessBlockConfiguration",
  },
  { subresource: "accelerate", name: "AccelerateConfiguration", root: "AccelerateConfiguration", missing: "empty" },
  {
    subresource: "inventory",
    name: "InventoryConfiguration",
    root: "InventoryConfiguration",
    missing: "NoSuchConfiguration",
    hasIds: true,
  },
  {
    subresource: "intelligent-tiering",
    name: "IntelligentTieringConfiguration",
    root: "IntelligentTieringConfiguration",
    missing: "NoSuchConfiguration",
    hasIds: true,
  },
  {
    subresource: "metrics",
    name: "MetricsConfiguration",
    root: "MetricsConfiguration",
    missing: "NoSuchConfiguration",
    hasIds: true,
  },
  {
    subresource: "analytics",
    name: "AnalyticsConfiguration",
    root: "AnalyticsConfiguration",
    missing: "NoSuchConfiguration",
    hasIds: true,
  },
];

/** The document kept under a subresource, as an answer. */
export function documentAnswer(call: BucketCall, id: string, missing: S3ErrorCode, message: string): Answer {
  const document = call.bucket.documents.get(id);
  if (document === undefined) throw new S3Error(missing, message, { BucketName: call.bucket.name });
  return xmlAnswer(document);
}

export function getConfiguration(kind: ConfigurationKind, call: BucketCall): Answer {
  const id = call.query.get("id");
  if (kind.hasIds && id === undefined) return listConfigurations(kind, call);
  const document = call.bucket.documents.get(documentId(kind, id));
  if (document !== undefined) return xmlAnswer(document);
  if (kind.missing === "empty") return xmlAnswer(xmlDocument(kind.root));
  throw new S3Error(kind.missing, `The specified bucket has no ${kind.root}.`, { BucketName: call.bucket.name });
}

export function putConfiguration(kind: ConfigurationKind, call: BucketCall): Answer {
  checkDigests(call.headers, call.body);
  parseXmlRoot(call.body, kind.root);
  call.bucket.documents.set(documentId(kind, requiredId(kind, call)), bodyText(call));
  return { status: 200 };
}

export function deleteConfiguration(kind: ConfigurationKind, call: BucketCall): Answer {
  call.bucket.documents.delete(documentId(kind, requiredId(kind, call)));
  return { status: 204, charge: null };
}

export function bodyText(call: BucketCall): string {
  return Buffer.from(call.body).toString("utf8");
}

function listConfigurations(kind: ConfigurationKind, call: BucketCall): Answer {
  const prefix = documentId(kind, "");
  const documents = [...call.bucket.documents]
    .filter(([id]) => id.startsWith(prefix))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, document]) => document.replace(/^\uFEFF?\s*<\?xml[^>]*\?>\s*/, ""));
  return xmlAnswer(xmlDocument(`List${kind.name}sResult`, leaf("IsTruncated", false), ...documents));
}

function requiredId(kind: ConfigurationKind, call: BucketCall): string | undefined {
  const id = call.query.get("id");
  if (!kind.hasIds || (id !== undefined && id !== "")) return id;
  throw invalidArgument("id", "", `A ${kind.root} needs an id`);
}

function documentId(kind: ConfigurationKind, id: string | undefined): string {
  return kind.hasIds ? `${kind.subresource} ${id ?? ""}` : kind.subresource;
}
