/** What must hold when everything that was begun has ended. */
import { grantTexts, ownersPart } from "./owners.ts";
import type { ModelObject } from "./model.ts";
import type { Check } from "./judge.ts";
import {
  auditWhole,
  billReserved,
  capsKept,
  movesAllowed,
  removalsAllowed,
  runsAddUp,
  uploadsAllowed,
  versionsKept,
} from "./move-checks.ts";
import { BUCKET } from "./setting.ts";
import type { World } from "./world.ts";

const SECOND_MS = 1000;

/** Every object is as its owners left it, but for its class. */
const objectsAsOwned: Check = ({ sandbox, model, scheduler }) => {
  const there = new Set([...sandbox.snapshot(BUCKET)].map(({ key }) => key));
  const findings: string[] = [];
  for (const [key, object] of model.objects) {
    if (!object.current) {
      if (there.has(key)) findings.push(`${key} is there, but its owner deleted it`);
      continue;
    }
    if (!there.has(key)) {
      findings.push(`${key} is lost`);
      continue;
    }
    const found = sandbox.inspect(BUCKET, key);
    const differs = (name: string, is: unknown, was: unknown): void => {
      const [a, b] = [asJson(is), asJson(was)];
      if (a !== b) findings.push(`${key}: ${name} is ${a}, its owner left ${b}`);
    };
    const part = ownersPart(found);
    for (const name of ["content", "contentHeaders", "metadata", "websiteRedirect", "encryption", "checksum"] as const)
      differs(name, part[name], object.current[name]);
    differs("tags", found.tags, object.tags);
    differs("acl", grantTexts(found.acl), object.grants);
    differs("legal hold", found.legalHold, object.legalHold);
    // A lock that has run out locks nothing; S3 takes its date for none.
    const running = (untilMs: number): number => (untilMs > scheduler.now() ? untilMs : 0);
    differs("retention", running(found.retention?.untilMs ?? 0), running(object.retainUntilMs));
  }
  for (const key of there) if (!model.objects.has(key)) findings.push(`${key} appeared from nowhere`);
  return findings;
};

/** As JSON, with the fields of a record in one order. */
function asJson(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** The state counts every read once, and knows how old every object is. */
const stateAsToldOf: Check = async ({ state, model, sandbox }) => {
  const findings: string[] = [];
  for (const [key, object] of model.objects) {
    const known = await state.object({ bucket: BUCKET, key });
    const reads = known?.access.lifetimeReads ?? 0;
    if (reads !== object.reads) findings.push(`${key}: ${reads} reads are counted, ${object.reads} were told of`);
    if (!object.current || !known || object.isSilent) continue;
    if (known.deletedMs !== null) findings.push(`${key}: the state takes it for deleted`);
    // Of an object with another ETag the state knows nothing: the next listing tells.
    const isKnown = known.etag === sandbox.inspect(BUCKET, key).etag && known.createdMs !== null && object.isAgeKnown;
    if (isKnown && !isWrittenAt(object, known.createdMs ?? 0))
      findings.push(`${key}: created ${iso(known.createdMs ?? 0)} for the state, ${iso(object.writtenMs)} in truth`);
  }
  return findings;
};

/** Within a second: a listing, which may have been the first to tell of the write, knows no more. */
function isWrittenAt({ writtenMs, uploadedMs, isIngested }: ModelObject, atMs: number): boolean {
  const last = isIngested ? Math.max(writtenMs, uploadedMs) : writtenMs;
  return atMs > writtenMs - SECOND_MS && atMs < last + SECOND_MS;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

const nothingLeftOpen: Check = async ({ state, sandbox }) => {
  const findings: string[] = [];
  for await (const page of state.openJournal(BUCKET))
    for (const line of page) findings.push(`${line.move.key}: a move is left ${line.state}`);
  for (const { key, parts, storageClass } of sandbox.openUploads(BUCKET)) {
    // Without parts and in the class that uploads have by themselves, it could be anybody's: it is only reported.
    if (parts > 0 || storageClass !== "STANDARD") findings.push(`${key}: an upload is left with ${parts} parts`);
  }
  return findings;
};

/** Records that nobody can read are put aside, and nothing else is. */
const onlyPoisonPutAside: Check = async ({ log, setting, stream }) => {
  const letters = new Set<string>();
  const pages = log.read({ topic: setting.config.log.dead_letter_topic, partition: 0, from: 0n });
  for await (const page of pages) for (const record of page) letters.add(new TextDecoder().decode(record.value));
  const sent = new Set(stream.poison);
  return [
    ...[...sent.difference(letters)].map((text) => `a record that can't be read was dropped: ${text.slice(0, 60)}`),
    ...[...letters.difference(sent)].map((text) => `a good event was put aside: ${text.slice(0, 200)}`),
  ];
};

export const CHECKS: readonly ((world: World) => ReturnType<Check>)[] = [
  objectsAsOwned,
  stateAsToldOf,
  nothingLeftOpen,
  onlyPoisonPutAside,
  movesAllowed,
  removalsAllowed,
  versionsKept,
  uploadsAllowed,
  billReserved,
  capsKept,
  runsAddUp,
  auditWhole,
];
