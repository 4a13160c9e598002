import { describe, expect, it } from "vitest";
import { type DataEvent, parseEvent } from "./event.ts";
import { type JournalledMove, toldOfMove } from "./own-copy.ts";

const AT = "2026-03-01T00:00:00.000Z";
const AT_MS = Date.parse(AT);

function written(data: Partial<DataEvent["data"]>, type: DataEvent["type"] = "astra.object.overwritten"): DataEvent {
  return parseEvent({ specversion: "1.0", id: "1", source: "s3://data", type, subject: "k", time: AT, data });
}

const BEGUN: JournalledMove = {
  state: "intent",
  move: { etag: "aa", sizeBytes: 10, to: "GLACIER" },
  etagAfter: null,
  versionAfter: null,
  updatedMs: AT_MS - 1000,
  progress: { spendDay: "day:2026-03-01" },
};
const CARRIED = {
  metadata: {},
  contentHeaders: {},
  websiteRedirect: null,
  tagCount: 0,
  encryption: null,
  checksum: null,
  versionId: null,
  grants: null,
};
const RESTATED: JournalledMove = { ...BEGUN, progress: { spendDay: "day:2026-03-01", before: CARRIED } };
const DONE: JournalledMove = { ...BEGUN, state: "done", etagAfter: "aa", updatedMs: AT_MS + 50 };
const VERSIONED: JournalledMove = { ...DONE, etagAfter: "bb", versionAfter: "v2" };

describe("an event is our own copy's", () => {
  it.each<[string, DataEvent, JournalledMove]>([
    ["before the answer, by its ETag", written({ etag: "aa" }), BEGUN],
    ["before the answer, by size where the copy changes the ETag", written({ etag: "cc", sizeBytes: 10 }), RESTATED],
    ["of an object that was restored first", written({ etag: "aa" }), { ...RESTATED, state: "restoring" }],
    ["after it, by its ETag", written({ etag: "aa" }), DONE],
    ["also as a creation", written({ etag: "aa" }, "astra.object.created"), DONE],
    ["by its version", written({ etag: "zz", versionId: "v2" }), VERSIONED],
    ["by its ETag where the event names no version", written({ etag: "bb" }), VERSIONED],
  ])("%s", (_, event, move) => {
    expect(toldOfMove(event, [move])).toBe("copy");
  });
});

describe("an event is somebody else's", () => {
  it.each<[string, DataEvent, JournalledMove]>([
    ["with other content", written({ etag: "zz" }), BEGUN],
    ["with other content where the ETag would change", written({ etag: "zz", sizeBytes: 11 }), RESTATED],
    ["into another class", written({ etag: "zz", sizeBytes: 10, storageClass: "STANDARD" }), RESTATED],
    ["with other content afterwards", written({ etag: "zz" }), DONE],
    ["with the same content, long after", written({ etag: "aa" }), { ...DONE, updatedMs: AT_MS - 16 * 60_000 }],
    ["as another version of the same content", written({ etag: "bb", versionId: "v3" }), VERSIONED],
    [
      "told late, of the write that is to be moved",
      written({ etag: "aa" }),
      { ...BEGUN, updatedMs: AT_MS + 16 * 60_000 },
    ],
    ["while a restore is waited for", written({ etag: "aa" }), { ...BEGUN, state: "restoring" }],
    ["while a lifecycle rule is waited for", written({ etag: "aa" }), { ...BEGUN, state: "tagged" }],
    ["of a move that was not begun", written({ etag: "aa" }), { ...BEGUN, state: "planned" }],
    ["of a move that was left alone", written({ etag: "aa" }), { ...BEGUN, state: "skipped" }],
    ["with a body to upload", written({ etag: "aa", body: { uri: "synthetic:1:10" } }), DONE],
    ["when it tells of no write", written({}, "astra.object.deleted"), DONE],
  ])("%s", (_, event, move) => {
    expect(toldOfMove(event, [move])).toBeNull();
  });

  it("where nothing was moved", () => {
    expect(toldOfMove(written({ etag: "aa" }), [])).toBeNull();
  });
});

describe("an event is the late one of the write that was moved", () => {
  const MOVED: JournalledMove = { ...DONE, etagAfter: "aa-2", updatedMs: AT_MS + 1000 };

  it("where the copy has another ETag", () => {
    expect(toldOfMove(written({ etag: "aa" }), [MOVED])).toBe("source");
  });

  it.each<[string, DataEvent, JournalledMove]>([
    ["after the copy", written({ etag: "aa" }), { ...MOVED, updatedMs: AT_MS - 1 }],
    ["of other content", written({ etag: "zz" }), MOVED],
  ])("but not %s", (_, event, move) => {
    expect(toldOfMove(event, [move])).toBeNull();
  });
});
