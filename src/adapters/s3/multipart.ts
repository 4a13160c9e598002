/** Multipart uploads, of bodies and of copied ranges: parts in parallel, and nothing left behind where one fails. */
import { AstraError } from "../../core/errors.ts";
import type { Checksum } from "../../ports/object-store.ts";
import { abortUpload } from "./abort-upload.ts";
import { objectWhere } from "./errors.ts";
import { type KnownUpload, abortLostUploads } from "./lost-uploads.ts";
import type { Outcome, Requests } from "./request.ts";
import { encodeEntities, tagText } from "./xml-scan.ts";

/** S3's limit. */
export const MAX_PARTS = 10_000;
const PARALLEL_PARTS = 4;

export interface Part {
  readonly number: number;
  readonly etag: string;
  readonly checksum: string | null;
}

export interface NewUpload {
  readonly key: string;
  /** Everything the object will be. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum: Pick<Checksum, "algorithm" | "type"> | null;
}

export interface Upload extends NewUpload {
  readonly id: string;
}

/** Runs `work` over a new upload and aborts the upload where that fails. */
export async function withUpload<T>(
  requests: Requests,
  wanted: NewUpload,
  work: (upload: Upload) => Promise<T>,
): Promise<T> {
  const { repeatedForMs, id } = await createUpload(requests, wanted);
  const upload: Upload = { ...wanted, id };
  try {
    if (repeatedForMs !== null) await abortLostUploads(requests, lostUpload(upload, repeatedForMs));
    return await work(upload);
  } catch (error) {
    await abandon(requests, upload, error);
    throw error;
  }
}

function lostUpload({ key, id, headers }: Upload, elapsedMs: number): KnownUpload {
  return { key, id, storageClass: headers["x-amz-storage-class"] ?? "STANDARD", elapsedMs };
}

interface Created {
  readonly id: string;
  /** Since an earlier try whose answer was lost; `null` where there was none. */
  readonly repeatedForMs: number | null;
}

async function createUpload(requests: Requests, wanted: NewUpload): Promise<Created> {
  const { checksum } = wanted;
  const startMs = requests.clock.now();
  let repeated = false;
  const answer = await requests.sendOrFail({
    operation: "CreateMultipartUpload",
    action: "s3:PutObject",
    method: "POST",
    key: wanted.key,
    query: [["uploads", ""]],
    headers: {
      ...wanted.headers,
      ...(checksum ? { "x-amz-checksum-algorithm": checksum.algorithm, "x-amz-checksum-type": checksum.type } : {}),
    },
    // Each try that works makes an upload of its own, so none stands for another.
    alreadyDone: async () => {
      repeated = true;
      return false;
    },
  });
  const id = tagText(answer.text, "UploadId");
  if (id !== null && id !== "") return { id, repeatedForMs: repeated ? requests.clock.now() - startMs : null };
  throw integrityError(requests, wanted.key, "CreateMultipartUpload gave no upload id");
}

/** The upload's own fault is what the caller has to see, so a failed abort only rides along as its note. */
async function abandon(requests: Requests, upload: Upload, reason: unknown): Promise<void> {
  try {
    await abortUpload(requests, upload.key, upload.id);
  } catch (error) {
    if (reason instanceof Error && error instanceof Error) {
      reason.message += `; the unfinished upload ${upload.id} could not be removed (${error.message})`;
    }
  }
}

/** Sends parts as they come, a few at a time. The first failure stops the rest. */
export async function sendParts<T, P extends Part>(
  pieces: AsyncIterable<T> | Iterable<T>,
  send: (piece: T, number: number) => Promise<P>,
): Promise<P[]> {
  const parts: P[] = [];
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let number = 0;
  try {
    for await (const piece of pieces) {
      if (failures.length > 0) break;
      number += 1;
      const task: Promise<void> = send(piece, number)
        .then((part) => void parts.push(part))
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(task));
      running.add(task);
      if (running.size >= PARALLEL_PARTS) await Promise.race(running);
    }
  } finally {
    // An abort that overtakes a part would leave that part behind.
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
  return parts.toSorted((a, b) => a.number - b.number);
}

export interface Completion {
  readonly parts: readonly Part[];
  /** Conditions, and the whole body's checksum. */
  readonly headers: Readonly<Record<string, string>>;
  readonly alreadyDone: () => Promise<boolean>;
}

export async function completeUpload(requests: Requests, upload: Upload, completion: Completion): Promise<Outcome> {
  return requests.send({
    operation: "CompleteMultipartUpload",
    action: "s3:PutObject",
    method: "POST",
    key: upload.key,
    query: [["uploadId", upload.id]],
    headers: { ...completion.headers, "content-type": "application/xml" },
    body: completionXml(completion.parts, upload.checksum?.algorithm ?? null),
    slow: true,
    alreadyDone: completion.alreadyDone,
  });
}

function completionXml(parts: readonly Part[], algorithm: Checksum["algorithm"] | null): string {
  const items = parts.map(({ number, etag, checksum }) => {
    const sum =
      checksum === null || algorithm === null ? "" : `<Checksum${algorithm}>${checksum}</Checksum${algorithm}>`;
    return `<Part><PartNumber>${number}</PartNumber><ETag>&quot;${encodeEntities(etag)}&quot;</ETag>${sum}</Part>`;
  });
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${items.join("")}</CompleteMultipartUpload>`;
}

export function integrityError(requests: Requests, key: string, message: string): AstraError {
  const where = objectWhere(requests.bucket, key);
  return new AstraError("ASTRA_STORE_INTEGRITY", `${where}: ${message}`, { where });
}
