/** The sandbox's own switches over HTTP, under `/_astra/`: clock, bill, bulk reads, faults, buckets. */
import { z } from "zod";
import type { Answer } from "./call.ts";
import { FAULT_KINDS } from "./faults.ts";
import { S3Error } from "./s3-error.ts";
import type { Sandbox } from "./server.ts";

export const CONTROL_PREFIX = "/_astra/";
/** Carries the secret key. */
export const CONTROL_HEADER = "x-astra-secret";

const read = z.strictObject({
  bucket: z.string(),
  key: z.string(),
  count: z.int().positive(),
  atMs: z.number().optional(),
});

const SCHEMAS = {
  clock: z.union([
    z.strictObject({ advanceMs: z.number().nonnegative() }),
    z.strictObject({ to: z.iso.datetime({ offset: true }) }),
  ]),
  reads: z.union([
    z.strictObject({ reads: z.array(read) }).transform((many) => many.reads),
    read.transform((one) => [one]),
  ]),
  fault: z.strictObject({
    kind: z.enum(FAULT_KINDS),
    operation: z.string().optional(),
    keyPrefix: z.string().optional(),
    probability: z.number().min(0).max(1).optional(),
    count: z.int().positive().optional(),
    latencyMs: z.number().nonnegative().optional(),
  }),
  bucket: z.strictObject({ name: z.string(), objectLock: z.boolean().optional(), versioning: z.boolean().optional() }),
};

type Controlled = Pick<Sandbox, "now" | "advanceTo" | "bill" | "enterReads" | "faults" | "createBucket">;

/** Carries out `METHOD /_astra/NAME`. Errors in the input are answered with status 400 and a reason. */
export function control(sandbox: Controlled, method: string, path: string, body: Buffer): Answer {
  switch (`${method} ${path.slice(CONTROL_PREFIX.length)}`) {
    case "GET clock":
      return clockAnswer(sandbox);
    case "POST clock":
      return withInput(SCHEMAS.clock, body, (input) => {
        sandbox.advanceTo("to" in input ? Date.parse(input.to) : sandbox.now() + input.advanceMs);
        return clockAnswer(sandbox);
      });
    case "GET bill":
      return json(200, sandbox.bill());
    case "POST reads":
      return withInput(SCHEMAS.reads, body, (reads) => readsAnswer(sandbox, reads));
    case "POST faults":
      return withInput(SCHEMAS.fault, body, (fault) => {
        sandbox.faults.add(fault);
        return { status: 204 };
      });
    case "DELETE faults":
      sandbox.faults.clear();
      return { status: 204 };
    case "POST buckets":
      return withInput(SCHEMAS.bucket, body, ({ name, ...options }) => {
        sandbox.createBucket(name, options);
        return { status: 204 };
      });
    default:
      return json(404, { error: `no control ${method} ${path}` });
  }
}

export function json(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(value)}\n` };
}

function clockAnswer(sandbox: Controlled): Answer {
  const nowMs = sandbox.now();
  return json(200, { now: new Date(nowMs).toISOString(), nowMs });
}

/** Enters reads one after another; the first that can't be entered ends it, and the answer says how many were. */
function readsAnswer(sandbox: Controlled, reads: readonly z.infer<typeof read>[]): Answer {
  const results: { readonly restored: boolean }[] = [];
  for (const { bucket, key, count, atMs } of reads) {
    try {
      results.push(sandbox.enterReads(bucket, key, count, atMs));
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      return json(error.status, { error: `${error.code}: ${bucket}/${key}`, results });
    }
  }
  return json(200, { results });
}

function withInput<T>(schema: z.ZodType<T>, body: Buffer, work: (input: T) => Answer): Answer {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return json(400, { error: `no JSON: ${error.message}` });
    throw error;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return work(parsed.data);
  const issue = parsed.error.issues[0];
  return json(400, { error: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}` });
}
