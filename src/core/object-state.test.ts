import { describe, expect, it } from "vitest";
import { type DataEvent, type EventType, parseEvent } from "./event.ts";
import {
  type ObjectState,
  type ObserveOptions,
  type StoredFacts,
  observeEvent,
  observeOwnCopy,
  unknownObject,
} from "./object-state.ts";

const REF = { bucket: "bucket", key: "a.txt" };
const OPTIONS: ObserveOptions = { keepDays: 90, excludedPrincipals: new Set(["arn:crawler"]) };
const T0 = Date.UTC(2025, 2, 1);
const HOUR = 3_600_000;

function event(type: EventType, hour: number, data: Record<string, unknown> = {}): DataEvent {
  const time = new Date(T0 + hour * HOUR).toISOString();
  return parseEvent({ specversion: "1.0", id: `${hour}`, source: "s3://bucket", type, subject: "a.txt", time, data });
}

function observe(state: ObjectState | undefined, each: DataEvent, stored: StoredFacts | null = null): ObjectState {
  return observeEvent(state, each, REF, stored, OPTIONS);
}

function observeAll(events: readonly DataEvent[]): ObjectState | undefined {
  return events.reduce<ObjectState | undefined>((state, each) => observe(state, each), undefined);
}

const created = event("astra.object.created", 0, {
  sizeBytes: 10,
  etag: "e1",
  storageClass: "STANDARD",
  sequencer: "10",
});

describe("a created event", () => {
  it("tells size, class, creation and sequencer", () => {
    expect(observe(undefined, created)).toMatchObject({
      ...REF,
      sizeBytes: 10,
      etag: "e1",
      storageClass: "STANDARD",
      createdMs: T0,
      classSinceMs: T0,
      ageUncertain: false,
      sequencer: "10",
      deletedMs: null,
    });
  });

  it("gives way to what the upload itself found", () => {
    const stored = { sizeBytes: 11, etag: "e2", versionId: "v1", storageClass: "STANDARD_IA" };
    expect(observe(undefined, created, stored)).toMatchObject(stored);
  });

  it("leaves unknown what it does not tell", () => {
    const state = observe(undefined, event("astra.object.created", 0));
    expect(state).toMatchObject({ sizeBytes: null, etag: null, storageClass: null });
  });
});

describe("an overwrite", () => {
  it("makes the object young, forgets its hold, and keeps its reads", () => {
    const known: ObjectState = {
      ...observe(observe(undefined, created), event("astra.object.accessed", 1)),
      hold: { legalHold: true, retainUntilMs: null, seenAtMs: T0 },
    };
    const state = observe(known, event("astra.object.overwritten", 48, { sizeBytes: 20, etag: "e2", sequencer: "20" }));
    expect(state).toMatchObject({ sizeBytes: 20, etag: "e2", createdMs: T0 + 48 * HOUR, hold: null, sequencer: "20" });
    expect(state.access.lifetimeReads).toBe(1);
  });

  it("revives a deleted object", () => {
    const state = observeAll([
      created,
      event("astra.object.deleted", 1, { sequencer: "20" }),
      event("astra.object.created", 2, { sequencer: "30" }),
    ]);
    expect(state).toMatchObject({ deletedMs: null, createdMs: T0 + 2 * HOUR });
  });
});

describe("late events", () => {
  const known = observe(undefined, { ...created, data: { ...created.data, sequencer: "20" } });

  it.each([
    { type: "astra.object.created", sequencer: "10" },
    { type: "astra.object.overwritten", sequencer: "1f" },
    { type: "astra.object.deleted", sequencer: "0000000f" },
    { type: "astra.object.restored", sequencer: "20" },
    { type: "astra.object.overwritten", sequencer: "20" },
  ] as const)("by sequencer are dropped: $type $sequencer after 20", ({ type, sequencer }) => {
    expect(observe(known, event(type, 5, { sequencer, etag: "late" }))).toBe(known);
  });

  it("give the same state as in order", () => {
    const overwritten = event("astra.object.overwritten", 2, { etag: "e2", sequencer: "20" });
    const deleted = event("astra.object.deleted", 1, { sequencer: "15" });
    expect(observeAll([overwritten, deleted, created])).toEqual(observeAll([created, deleted, overwritten]));
  });

  it("without a sequencer are taken as they come, and keep the known one", () => {
    const state = observe(known, event("astra.object.overwritten", 5, { etag: "new" }));
    expect(state).toMatchObject({ etag: "new", sequencer: "20" });
  });
});

describe("an access", () => {
  it("is counted whatever its sequencer", () => {
    const known = observe(undefined, { ...created, data: { sequencer: "ff" } });
    const state = observe(known, event("astra.object.accessed", 3, { sequencer: "01", reads: 5 }));
    expect(state.access.lifetimeReads).toBe(5);
    expect(state.sequencer).toBe("ff");
  });

  it("of an object not known yet is kept for it", () => {
    const state = observe(undefined, event("astra.object.accessed", 3));
    expect(state).toMatchObject({ ...unknownObject(REF), access: { lifetimeReads: 1 } });
    expect(observe(state, created).access.lifetimeReads).toBe(1);
  });

  it("of an excluded principal changes nothing", () => {
    const known = observe(undefined, created);
    expect(observe(known, event("astra.object.accessed", 3, { principal: "arn:crawler" }))).toBe(known);
    expect(observe(known, event("astra.object.accessed", 3, { principal: "arn:reader" })).access.lifetimeReads).toBe(1);
  });
});

describe("a deletion", () => {
  it("is remembered with its time, and the object with it", () => {
    const state = observeAll([created, event("astra.object.deleted", 7, { sequencer: "20" })]);
    expect(state).toMatchObject({ deletedMs: T0 + 7 * HOUR, sizeBytes: 10, sequencer: "20" });
  });

  it("is over where our copy of what was written since is told of before that write", () => {
    const state = observe(observe(undefined, created), event("astra.object.deleted", 7, { sequencer: "20" }));
    const copied = observeOwnCopy(state, event("astra.object.created", 9, { etag: "e2", sequencer: "40" }));
    const written = event("astra.object.created", 8, { etag: "e2", sizeBytes: 20, sequencer: "30" });
    expect(observe(copied, written)).toMatchObject({ deletedMs: null, sequencer: "40" });
    const late = observeOwnCopy(state, event("astra.object.created", 5, { etag: "e1", sequencer: "15" }));
    expect(late.deletedMs).toBe(T0 + 7 * HOUR);
  });
});

describe("a restore", () => {
  it("changes neither age nor class", () => {
    const known = observe(undefined, created);
    expect(observe(known, event("astra.object.restored", 7, { sequencer: "20" }))).toEqual({
      ...known,
      sequencer: "20",
    });
  });
});
