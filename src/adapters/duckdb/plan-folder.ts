/** A plan's folder: `draft.json` while its parts are being made, and a mark beside each part that is whole. */
import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { AstraError } from "../../core/errors.ts";
import type { PlanPart } from "../../core/plan.ts";
import type { PlanDraft } from "../../ports/batch-engine.ts";
import { guarded, writeWhole } from "./whole-file.ts";

const DRAFT = "draft.json";
const count = z.number().int().nonnegative();

const draftSchema = z.strictObject({
  version: z.literal(1),
  planId: z.string().min(1),
  bucket: z.string(),
  inventoryId: z.string(),
  nowMs: z.number(),
  digest: z.string(),
  holder: z.string(),
});

const markSchema = z.strictObject({
  version: z.literal(1),
  /** Parts of the inventory behind it, by their hashes. */
  of: z.array(z.string()),
  part: z.strictObject({ file: z.string(), rows: count, moves: count, sizeBytes: count, sha256: z.string() }),
  tally: z.unknown(),
});

export interface PartMark {
  readonly of: readonly string[];
  readonly part: PlanPart;
  readonly tally: unknown;
}

/** Folders of plans, one below the other's name. */
export class PlanFolders {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** @throws AstraError ASTRA_PLAN_DAMAGED for an id that is no name of a folder */
  of(planId: string): string {
    if (!/^[A-Za-z0-9_-]{1,100}$/.test(planId)) {
      throw new AstraError("ASTRA_PLAN_DAMAGED", `${JSON.stringify(planId)} is no plan's id`);
    }
    return join(this.#root, planId);
  }

  /** Folder for whatever need not outlive the process. */
  scratch(): string {
    const folder = join(this.#root, "tmp");
    guarded(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
    return folder;
  }

  drafts(bucket: string): readonly PlanDraft[] {
    const drafts = namesIn(this.#root).flatMap((name) => {
      const found = draftSchema.safeParse(jsonOf(join(this.#root, name, DRAFT)));
      return found.success && found.data.planId === name ? [found.data] : [];
    });
    return drafts.filter((draft) => draft.bucket === bucket);
  }

  begin(draft: PlanDraft): void {
    const folder = this.of(draft.planId);
    guarded(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
    const { planId, bucket, inventoryId, nowMs, digest, holder } = draft;
    const text = JSON.stringify({ version: 1, planId, bucket, inventoryId, nowMs, digest, holder });
    writeWhole(join(folder, DRAFT), text);
  }

  finish(planId: string): void {
    const path = join(this.of(planId), DRAFT);
    guarded(path, () => rmSync(path, { force: true }));
  }

  discard(planId: string): void {
    const folder = this.of(planId);
    if (jsonOf(join(folder, DRAFT)) === undefined) return;
    guarded(folder, () => rmSync(folder, { recursive: true, force: true }));
  }
}

/** The mark of a part; `null` where there is none that holds. */
export function readMark(folder: string, file: string): PartMark | null {
  const found = markSchema.safeParse(jsonOf(markPath(folder, file)));
  return found.success && found.data.part.file === file ? found.data : null;
}

/** @throws AstraError ASTRA_FILE_UNWRITABLE */
export function writeMark(folder: string, mark: PartMark): void {
  writeWhole(markPath(folder, mark.part.file), JSON.stringify({ version: 1, ...mark }));
}

function markPath(folder: string, file: string): string {
  return join(folder, file.replace(/\.parquet$/, ".json"));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No plan was made in batch yet.
    return [];
  }
}

/** @returns `undefined` where there is no such file, or no JSON in it: a mark that was never finished */
function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
