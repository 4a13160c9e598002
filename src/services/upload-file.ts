/** Uploads one object now and tells the log of it, so that every consumer of events learns of it too. */
import type { BodySource } from "../core/event.ts";
import { parseEvent } from "../core/event.ts";
import { requirePermission } from "../core/permission.ts";
import { appendEvents } from "./append-events.ts";
import type { Context } from "./context.ts";
import { uploadBody } from "./upload-body.ts";

export interface UploadFileInput {
  readonly bucket: string;
  readonly key: string;
  readonly body: BodySource;
  readonly storageClass?: string;
  readonly overwrite: boolean;
}

export interface UploadFileResult {
  readonly bucket: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly storageClass: string;
}

/** Repeating it is harmless: the same content under the same key counts as uploaded. */
export async function uploadFile({ ctx, input }: { ctx: Context; input: UploadFileInput }): Promise<UploadFileResult> {
  requirePermission(ctx.actor, "object.write");
  const { bucket, key, body, storageClass } = input;
  const envelope = {
    specversion: "1.0",
    id: ctx.random.id(),
    source: `s3://${bucket}`,
    type: input.overwrite ? "astra.object.overwritten" : "astra.object.created",
    subject: key,
    time: new Date(ctx.clock.now()).toISOString(),
  };
  const asked = parseEvent({ ...envelope, data: { body, ...(storageClass !== undefined && { storageClass }) } });
  const stored = await uploadBody(ctx, asked, body, input.overwrite ? undefined : "absent");
  const { versionId, ...facts } = stored;
  await appendEvents({
    ctx,
    input: { events: [{ ...envelope, data: { ...facts, ...(versionId !== null && { versionId }) } }] },
  });
  return { bucket, key, ...facts };
}
