import { describe, expect, it } from "vitest";
import { AstraError } from "../errors.ts";
import { addressesOf } from "./manifest-place.ts";
import { datedFolders, parseManifest } from "./manifest.ts";

const FILE = { key: "inv/data/a.csv.gz", size: 5, MD5checksum: "F11166069F1990ABEB9C97ACE9CDFABC" };
const CSV = {
  sourceBucket: "data",
  destinationBucket: "arn:aws:s3:::inventories",
  version: "2016-11-30",
  creationTimestamp: "1514944800000",
  fileFormat: "CSV",
  fileSchema: "Bucket, Key, Size",
  files: [FILE],
};

function codeOf(manifest: unknown): string {
  try {
    parseManifest(typeof manifest === "string" ? manifest : JSON.stringify(manifest), "m.json");
  } catch (error) {
    if (error instanceof AstraError) return `${error.code} ${error.where ?? ""}: ${error.message}`;
  }
  return "accepted";
}

describe("a manifest", () => {
  it("says what S3 wrote", () => {
    expect(parseManifest(JSON.stringify(CSV), "m.json")).toEqual({
      sourceBucket: "data",
      takenMs: 1514944800000,
      format: "csv",
      columns: ["Bucket", "Key", "Size"],
      files: [{ key: "inv/data/a.csv.gz", sizeBytes: 5, md5: "f11166069f1990abeb9c97ace9cdfabc" }],
    });
    const parquet = {
      ...CSV,
      fileFormat: "Parquet",
      fileSchema: "message s3.inventory { required binary bucket (UTF8); }",
    };
    expect(parseManifest(JSON.stringify(parquet), "m.json")).toMatchObject({ format: "parquet", columns: null });
  });

  it.each([
    ["{", /not JSON/],
    ["[]", /no manifest/],
    [{ ...CSV, version: "2030-01-01" }, /version is "2030-01-01"/],
    [{ ...CSV, fileFormat: "ORC" }, /ORC can't be read/],
    [{ ...CSV, fileFormat: "Avro" }, /"Avro"/],
    [{ ...CSV, files: [{ ...FILE, MD5checksum: "x" }] }, /files.0.MD5checksum/],
    [{ ...CSV, creationTimestamp: "soon" }, /creationTimestamp/],
  ])("is refused for %j", (manifest, message) => {
    expect(codeOf(manifest)).toMatch(/^ASTRA_INVENTORY_FORMAT m\.json/);
    expect(codeOf(manifest)).toMatch(message);
  });
});

describe("places of inventories", () => {
  it("are folders with a date, a manifest and its checksum, newest first", () => {
    const names = [
      "p/data/daily/2026-01-01T00-00Z",
      "p/data/daily/2026-02-01T00-00Z",
      "p/data/daily/2026-03-01T00-00Z",
    ];
    const [old = "", young = "", unfinished = ""] = names;
    const paths = [old, young].flatMap((name) => [`${name}/manifest.json`, `${name}/manifest.checksum`]);
    const found = datedFolders([
      ...paths,
      `${unfinished}/manifest.json`,
      "p/data/daily/data/a.csv.gz",
      "manifest.json",
    ]);
    expect(found.map(({ folder }) => folder)).toEqual([young, old]);
  });

  it("of the files are the key itself, and the data folder beside the date", () => {
    expect(addressesOf("s3://inv/p//data/daily/2026/manifest.json", "p/data/daily/data/a.csv.gz")).toEqual([
      "s3://inv/p/data/daily/data/a.csv.gz",
      "s3://inv/p//data/daily/data/a.csv.gz",
      "s3://inv/p//data/daily/2026/data/a.csv.gz",
      "s3://inv/p//data/daily/2026/a.csv.gz",
    ]);
    expect(addressesOf("/x/inv/daily/2026/manifest.json", "inv/daily/data/a")).toContain("/x/inv/daily/data/a");
  });

  it("never lead out of the folders that the manifest lies in", () => {
    for (const key of ["../../../etc/passwd", "a/../../b", "etc/passwd", "/etc/passwd"]) {
      for (const address of addressesOf("/home/me/inv/daily/2026/manifest.json", key)) {
        expect(address).toMatch(/^\/home\//);
        expect(address).not.toContain("..");
      }
    }
  });
});
