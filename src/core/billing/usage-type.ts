/**
 * What a usage type of a Cost and Usage Report stands for, in the words of the ledger's lines.
 * Sources: "Understanding your AWS billing and usage reports for Amazon S3" (usage types and units) and the operations
 * of storage lines (overheads, padding, restored copies) as AWS's own Well-Architected cost queries tell them apart.
 */

export interface UsageLine {
  /** `STANDARD storage`: a line of the model, or a name of its own. */
  readonly line: string;
  /** Why the model has no such line; `null` where it has, and where nobody knows what the line is. */
  readonly outside: string | null;
  readonly isKnown: boolean;
}

/** Classes by the letters of usage types; the ledger's names. */
const CLASSES: Readonly<Record<string, string>> = {
  SIA: "STANDARD_IA",
  ZIA: "ONEZONE_IA",
  GIR: "GLACIER_IR",
  GLACIER: "GLACIER",
  GDA: "DEEP_ARCHIVE",
  INT: "INTELLIGENT_TIERING",
};

const INNER_TIERS: Readonly<Record<string, string>> = {
  FA: "frequent",
  IA: "infrequent",
  AIA: "archive-instant",
  AA: "archive",
  DAA: "deep-archive",
};

/** Operations of LIST requests, which are billed at the base class whatever they list. */
const LIST_OPERATION = /^List(?:Bucket|Objects|AllMyBuckets|MultipartUploads|Parts|ObjectVersions)/;

const STAGING = "parts of unfinished multipart uploads: events do not tell of them";
const TRANSFER = "data transfer: not part of the storage bill that Astra models";
const FEATURE = "a feature of the account, not of an object's class";
const COUNTER = "a counter that AWS reports without a price";

/** Usage types outside the model, by their form. */
const OUTSIDE: readonly { readonly form: RegExp; readonly why: string }[] = [
  { form: /(?:DataTransfer|CloudFront|AWS|S3RTC)-(?:In|Out|Regional)-A?Bytes/, why: TRANSFER },
  { form: /^S3G-DataTransfer-/, why: TRANSFER },
  { form: /^(?:BytesDeleted|OverwriteBytes)-|^StorageObjectCount$/, why: COUNTER },
  {
    form: /^(?:Inventory|StorageAnalytics|StorageLens|BatchOperations|Select|Compute-Checksum|Tables|MRAP)-/,
    why: FEATURE,
  },
  { form: /^Requests-Tier8$/, why: FEATURE },
  { form: /^TimedStorage-(?:RRS|XZ)-|^Requests-XZ-|^Retrieval-XZ|^Upload-XZ/, why: "a class that Astra leaves alone" },
  { form: /^EarlyDelete-INT$/, why: "a charge that AWS no longer makes" },
];

/** `USE1-`, `EUC1-`, `EU-`, `APN1-`; none in us-east-1. Transfers between regions have two, and then `AWS-`. */
const REGION = /^(?!AWS-|MRAP-)[A-Z]{2,4}\d?-(?=[A-Z])/;

/** The usage type without the regions in front. */
function withoutRegion(usageType: string): string {
  return usageType.replace(REGION, "").replace(REGION, "");
}

/** The line of a usage type and operation; one that nobody knows keeps its own name. */
export function usageLine(usageType: string, operation: string): UsageLine {
  const type = withoutRegion(usageType);
  const outside = OUTSIDE.find(({ form }) => form.test(type));
  if (outside) return beyond(type, outside.why);
  const known =
    storageLine(type, operation) ?? requestLine(type, operation) ?? retrievalLine(type, operation) ?? otherLine(type);
  return known ?? { line: unknownName(usageType, operation), outside: null, isKnown: false };
}

function unknownName(usageType: string, operation: string): string {
  if (usageType === "") return operation === "" ? "(no usage type)" : operation;
  return operation === "" ? usageType : `${usageType} ${operation}`;
}

function modelled(line: string): UsageLine {
  return { line, outside: null, isKnown: true };
}

function beyond(line: string, outside: string): UsageLine {
  return { line, outside, isKnown: true };
}

function storageLine(type: string, operation: string): UsageLine | null {
  const match = /^TimedStorage-(.+)$/.exec(type);
  if (!match) return null;
  const kind = match[1] ?? "";
  if (kind === "ByteHrs") return baseStorage(operation);
  if (kind === "GlacierStaging") return beyond("GLACIER staging", STAGING);
  if (kind === "GDA-Staging") return beyond("DEEP_ARCHIVE staging", STAGING);
  if (kind === "GlacierByteHrs") return archiveStorage("GLACIER", operation);
  if (kind === "GDA-ByteHrs") return archiveStorage("DEEP_ARCHIVE", operation);
  const inner = /^INT-(FA|IA|AIA|AA|DAA)-ByteHrs$/.exec(kind);
  if (inner) return innerStorage(INNER_TIERS[inner[1] ?? ""] ?? "", operation);
  const online = /^(SIA|ZIA|GIR)-(ByteHrs|SmObjects)$/.exec(kind);
  if (!online) return null;
  const name = `${CLASSES[online[1] ?? ""]} storage`;
  return modelled(online[2] === "SmObjects" ? `${name} (padding)` : name);
}

function baseStorage(operation: string): UsageLine {
  if (operation.endsWith("S3ObjectOverhead")) return modelled("STANDARD storage (archive overhead)");
  if (operation === "RestoreObject") return modelled("GLACIER restore-copy");
  if (operation === "DeepArchiveRestoreObject") return modelled("DEEP_ARCHIVE restore-copy");
  return modelled("STANDARD storage");
}

function archiveStorage(storageClass: string, operation: string): UsageLine {
  return modelled(`${storageClass} storage${operation.endsWith("ObjectOverhead") ? " (overhead)" : ""}`);
}

/** The opt-in archive tiers are switched on per bucket, and the state does not know where. */
function innerStorage(tier: string, operation: string): UsageLine {
  const line = `INTELLIGENT_TIERING storage (${tier})`;
  if (tier === "archive" || tier === "deep-archive") {
    const suffix = operation.endsWith("ObjectOverhead") ? " (overhead)" : "";
    return beyond(line + suffix, "an archive tier that the bucket opted into: the state does not know of it");
  }
  return modelled(line);
}

const TRANSITIONS: Readonly<Record<string, string>> = {
  "S3-GlacierTransition": "GLACIER",
  "S3-GDATransition": "DEEP_ARCHIVE",
  "S3-SIATransition": "STANDARD_IA",
  "S3-ZIATransition": "ONEZONE_IA",
  "S3-GIRTransition": "GLACIER_IR",
  "S3-INTTransition": "INTELLIGENT_TIERING",
};

function requestLine(type: string, operation: string): UsageLine | null {
  const match = /^Requests-(?:([A-Z]+)-)?Tier(\d)$/.exec(type);
  if (!match) return null;
  const tier = match[2] ?? "";
  const storageClass = match[1] === undefined ? "STANDARD" : CLASSES[match[1]];
  if (storageClass === undefined) return null;
  if (tier === "1") return modelled(LIST_OPERATION.test(operation) ? "STANDARD list" : `${storageClass} put`);
  if (tier === "2") return modelled(`${storageClass} get`);
  const into = TRANSITIONS[operation];
  if ((tier === "3" || tier === "4") && match[1] === undefined && into !== undefined)
    return modelled(`${into} transition`);
  return restoreRequest(storageClass, tier, operation);
}

/** Tier 3 without a class is shared by transitions and restores out of GLACIER: the operation tells them apart. */
function restoreRequest(storageClass: string, tier: string, operation: string): UsageLine | null {
  const speed = { "3": "standard", "5": "bulk", "6": "expedited" }[tier];
  if (speed === undefined) return null;
  if (storageClass === "DEEP_ARCHIVE") return modelled(`DEEP_ARCHIVE restore-request (${speed})`);
  if (storageClass !== "STANDARD" && storageClass !== "GLACIER") return null;
  return operation.endsWith("RestoreObject") ? modelled(`GLACIER restore-request (${speed})`) : null;
}

function retrievalLine(type: string, operation: string): UsageLine | null {
  const online = /^Retrieval-(SIA|ZIA|GIR)$/.exec(type);
  if (online) return modelled(`${CLASSES[online[1] ?? ""]} retrieval`);
  const archive = /^(Standard|Bulk|Expedited)-Retrieval-Bytes$/.exec(type);
  if (!archive) return null;
  const storageClass = operation.startsWith("DeepArchive") ? "DEEP_ARCHIVE" : "GLACIER";
  return modelled(`${storageClass} restore-retrieval (${(archive[1] ?? "").toLowerCase()})`);
}

function otherLine(type: string): UsageLine | null {
  if (type === "Monitoring-Automation-INT") return modelled("INTELLIGENT_TIERING monitoring");
  if (type === "TagStorage-TagHrs") return beyond("STANDARD tags", "tags: the state does not count them");
  const early = /^EarlyDelete-(ByteHrs|GDA|SIA|ZIA|GIR)(-SmObjects)?$/.exec(type);
  if (!early) return null;
  const storageClass = early[1] === "ByteHrs" ? "GLACIER" : CLASSES[early[1] ?? ""];
  return modelled(`${storageClass} early-deletion${early[2] === undefined ? "" : " (padding)"}`);
}
