/** Legal holds and retention of a version: added and lengthened, never taken off. */
import type { ObjectHead } from "../../ports/object-store.ts";
import { sentDocument } from "./document.ts";
import { headObject } from "./head.ts";
import type { Requests } from "./request.ts";

type Holds = Pick<ObjectHead, "legalHold" | "retention">;
type Retention = NonNullable<ObjectHead["retention"]>;

export async function addHolds(requests: Requests, key: string, versionId: string, like: Holds): Promise<void> {
  const has = await headObject(requests, key, versionId);
  if (like.legalHold && !has.legalHold) await putLegalHold(requests, key, versionId);
  const { retention } = like;
  // A date in the past locks nothing, and is refused.
  if (!retention || retention.untilMs <= requests.clock.now()) return;
  const both = strongest(retention, has.retention);
  if (both.mode === has.retention?.mode && both.untilMs === has.retention.untilMs) return;
  await putRetention(requests, key, versionId, both);
}

/** The stricter mode until the later date. */
function strongest(a: Retention, b: Retention | null): Retention {
  if (b === null) return a;
  return { mode: b.mode === "COMPLIANCE" ? b.mode : a.mode, untilMs: Math.max(a.untilMs, b.untilMs) };
}

async function putLegalHold(requests: Requests, key: string, versionId: string): Promise<void> {
  await requests.sendOrFail({
    operation: "PutObjectLegalHold",
    action: "s3:PutObjectLegalHold",
    method: "PUT",
    key,
    query: [
      ["legal-hold", ""],
      ["versionId", versionId],
    ],
    ...sentDocument("LegalHold", "<Status>ON</Status>"),
  });
}

async function putRetention(
  requests: Requests,
  key: string,
  versionId: string,
  { mode, untilMs }: Retention,
): Promise<void> {
  const until = new Date(untilMs).toISOString();
  await requests.sendOrFail({
    operation: "PutObjectRetention",
    action: "s3:PutObjectRetention",
    method: "PUT",
    key,
    query: [
      ["retention", ""],
      ["versionId", versionId],
    ],
    ...sentDocument("Retention", `<Mode>${mode}</Mode><RetainUntilDate>${until}</RetainUntilDate>`),
  });
}
