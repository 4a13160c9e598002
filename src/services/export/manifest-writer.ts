/** Manifests of Batch Operations, one for each kind of job, written while the plan streams by. */
import { type BatchOperation, manifestLine } from "../../core/export/batch-job.ts";
import type { PlannedMove } from "../../core/plan.ts";
import type { ExportFile, ExportTarget } from "./export-target.ts";

/** A manifest that is written, and what its job is to do. */
export interface WrittenManifest {
  /** `standard_ia-1`: of the manifest's file and of the job's. */
  readonly name: string;
  readonly operation: BatchOperation;
  readonly etag: string;
  readonly objects: number;
  readonly bytes: number;
  /** Fees and savings of its moves as planned, micros. */
  readonly feeMicros: number;
  readonly savingMicrosPerMonth: number;
  /** Name of the job that has to have come to its end before. */
  readonly after: string | null;
}

interface OpenManifest {
  readonly name: string;
  readonly operation: BatchOperation;
  readonly after: string | null;
  readonly file: ExportFile;
  readonly lines: string[];
  textBytes: number;
  objects: number;
  bytes: number;
  feeMicros: number;
  savingMicrosPerMonth: number;
}

/** A body of this size can still be sent in one request (5 GiB), which the ETag of a file on this machine stands for. */
const MOST_MANIFEST_BYTES = 4 * 1024 ** 3;
/** Lines written at once. */
const LINES = 512;

/** Keeps one manifest open for each operation; a full one is followed by another. */
export class ManifestWriter {
  readonly written: WrittenManifest[] = [];
  readonly #target: ExportTarget;
  readonly #most: number;
  readonly #open = new Map<string, OpenManifest>();
  readonly #numbers = new Map<string, number>();

  /** @param most bytes of one manifest */
  constructor(target: ExportTarget, most: number = MOST_MANIFEST_BYTES) {
    this.#target = target;
    this.#most = most;
  }

  /** @returns the name of the job that the move is now part of */
  async add(move: PlannedMove, label: string, operation: BatchOperation, after: string | null): Promise<string> {
    const kind = JSON.stringify([operation, after]);
    let manifest = this.#open.get(kind);
    if (manifest && manifest.textBytes >= this.#most) {
      await this.#close(kind, manifest);
      manifest = undefined;
    }
    manifest ??= await this.#begin(kind, label, operation, after);
    const line = manifestLine(move.bucket, move.key);
    manifest.lines.push(line);
    // Encoded: a byte a character.
    manifest.textBytes += line.length;
    manifest.objects += 1;
    manifest.bytes += move.sizeBytes;
    manifest.feeMicros += operation.kind === "copy" ? move.feeMicros : 0;
    manifest.savingMicrosPerMonth += operation.kind === "copy" ? move.savingMicrosPerMonth : 0;
    if (manifest.lines.length >= LINES) await manifest.file.write(manifest.lines.splice(0).join(""));
    return manifest.name;
  }

  async finish(): Promise<readonly WrittenManifest[]> {
    for (const [kind, manifest] of this.#open) await this.#close(kind, manifest);
    return this.written;
  }

  /** Nothing of what is still open stays. */
  async abandon(): Promise<void> {
    for (const { file } of this.#open.values()) await file.abandon();
    this.#open.clear();
  }

  async #begin(kind: string, label: string, operation: BatchOperation, after: string | null): Promise<OpenManifest> {
    const number = (this.#numbers.get(label) ?? 0) + 1;
    this.#numbers.set(label, number);
    const name = `${label}-${number}`;
    const file = await this.#target.create(`${name}.csv`);
    const sums = { textBytes: 0, objects: 0, bytes: 0, feeMicros: 0, savingMicrosPerMonth: 0 };
    const manifest = { name, operation, after, file, lines: [], ...sums };
    this.#open.set(kind, manifest);
    return manifest;
  }

  async #close(kind: string, manifest: OpenManifest): Promise<void> {
    await manifest.file.write(manifest.lines.splice(0).join(""));
    const { etag } = await manifest.file.finish();
    this.#open.delete(kind);
    const { name, operation, after, objects, bytes, feeMicros, savingMicrosPerMonth } = manifest;
    this.written.push({ name, operation, after, etag, objects, bytes, feeMicros, savingMicrosPerMonth });
  }
}
