/** The class a new object is written to: as a policy says, else the class of hot objects. */
import type { DecideContext } from "../core/decide.ts";
import { firstClass } from "../core/policy/first-class.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { viewOf } from "../core/object-view.ts";
import type { Context } from "./context.ts";
import { PLAIN_BUCKET, decideBy } from "./decide-context.ts";
import { windowDaysOf } from "./observe-options.ts";

/** Rules are compiled once for all the uploads of a process. */
const compiled = new WeakMap<Context, DecideContext>();

/** @param sizeBytes `null` where it isn't known before the upload: then no rule is asked. @throws AstraError ASTRA_POLICY_INVALID */
export function newObjectClass(ctx: Context, ref: ObjectRef, sizeBytes: number | null): string {
  const { hot } = ctx.config.engine.classes;
  if (sizeBytes === null || !ctx.policies.some(({ action }) => action?.kind === "create_in")) return hot;
  const context = compiled.get(ctx) ?? decideBy(ctx, ctx.policies, PLAIN_BUCKET);
  compiled.set(ctx, context);
  const nowMs = ctx.clock.now();
  const stored = { key: ref.key, sizeBytes, etag: "", lastModifiedMs: nowMs, storageClass: ctx.prices.baseClass };
  const view = viewOf(stored, undefined, nowMs, windowDaysOf(ctx.config), ref.bucket);
  return firstClass(view, context)?.storageClass ?? hot;
}
