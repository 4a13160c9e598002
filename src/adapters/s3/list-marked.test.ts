import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readUploads } from "./open-uploads.ts";
import { readVersions } from "./versions.ts";
import { encodeStrict } from "./encoding.ts";
import { encodeEntities } from "./xml-scan.ts";

const keys = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), { maxLength: 20 });
const DATE = "<LastModified>2026-01-31T12:00:00.000Z</LastModified><Initiated>2026-01-31T12:00:00.000Z</Initiated>";

describe("pages of versions and uploads", () => {
  it("give back keys of any text, written plainly or percent-encoded", () => {
    fc.assert(
      fc.property(keys, fc.boolean(), (names, isEncoded) => {
        const written = (key: string): string => (isEncoded ? encodeStrict(key) : encodeEntities(key));
        const head = isEncoded ? "<EncodingType>url</EncodingType>" : "";
        const versions = names.map(
          (key, index) =>
            `<Version><Key>${written(key)}</Key><VersionId>v${index}</VersionId><IsLatest>false</IsLatest>${DATE}<Size>${index}</Size></Version>`,
        );
        expect(readVersions(`<R>${head}${versions.join("")}</R>`)?.items).toEqual(
          names.map((key, sizeBytes) => ({
            key,
            versionId: `v${sizeBytes}`,
            sizeBytes,
            storageClass: "STANDARD",
            lastModifiedMs: Date.UTC(2026, 0, 31, 12),
          })),
        );
        const uploads = names.map((key) => `<Upload><Key>${written(key)}</Key><UploadId>u</UploadId>${DATE}</Upload>`);
        expect(readUploads(`<R>${head}${uploads.join("")}</R>`)?.items.map(({ key }) => key)).toEqual(names);
      }),
    );
  });

  it.each(["Key", "VersionId", "Size", "LastModified"])("are not read without a %s", (missing) => {
    const fields = { Key: "k", VersionId: "1", Size: "1", LastModified: "2026-01-31T12:00:00.000Z" };
    const texts = Object.entries(fields).filter(([name]) => name !== missing);
    const version = texts.map(([name, text]) => `<${name}>${text}</${name}>`).join("");
    expect(readVersions(`<R><Version>${version}</Version></R>`)).toBeNull();
  });

  it("leave out current versions and delete markers", () => {
    const version = (latest: boolean): string =>
      `<Version><Key>k</Key><VersionId>1</VersionId><IsLatest>${latest}</IsLatest>${DATE}<Size>1</Size></Version>`;
    const marker = `<DeleteMarker><Key>k</Key><VersionId>2</VersionId><IsLatest>false</IsLatest>${DATE}</DeleteMarker>`;
    expect(readVersions(`<R>${version(true)}${marker}${version(false)}</R>`)?.items).toHaveLength(1);
  });
});
