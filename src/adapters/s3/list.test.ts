import { describe, expect, it } from "vitest";
import { readPage } from "./list.ts";

const PAGE = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix></Prefix><EncodingType>url</EncodingType>
<KeyCount>3</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b/+==</NextContinuationToken>
<Contents><Key>a+b%2Bc%3C</Key><LastModified>2025-03-14T09:26:53.589Z</LastModified><ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag><ChecksumAlgorithm>CRC32</ChecksumAlgorithm><Size>12</Size><StorageClass>GLACIER</StorageClass><RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress></RestoreStatus></Contents>
<Contents><ETag>"1-2"</ETag><Size>0</Size><Owner><ID>x</ID></Owner><Key>%ED%95%9C</Key><LastModified>2025-01-01T00:00:00Z</LastModified></Contents>
<CommonPrefixes><Prefix>logs%2F2024%2F</Prefix></CommonPrefixes></ListBucketResult>`;

describe("readPage", () => {
  it("reads objects in any order of their elements", () => {
    expect(readPage("b", PAGE)).toEqual({
      objects: [
        {
          key: "a b+c<",
          sizeBytes: 12,
          etag: "5d41402abc4b2a76b9719d911017c592",
          lastModifiedMs: Date.UTC(2025, 2, 14, 9, 26, 53, 589),
          storageClass: "GLACIER",
        },
        { key: "한", sizeBytes: 0, etag: "1-2", lastModifiedMs: Date.UTC(2025, 0, 1), storageClass: "STANDARD" },
      ],
      commonPrefixes: ["logs/2024/"],
      token: "a&b/+==",
    });
  });

  it("leaves keys alone where the server did not encode them", () => {
    const page = PAGE.replace("<EncodingType>url</EncodingType>", "").replace("a+b%2Bc%3C", "a+b%2Bc&lt;&#x41;&#66;");
    expect(readPage("b", page).objects[0]?.key).toBe("a+b%2Bc<AB");
  });

  it("is not fooled by keys that look like the page's own elements", () => {
    const page = PAGE.replace("a+b%2Bc%3C", "&lt;IsTruncated&gt;false&lt;/IsTruncated&gt;");
    expect(readPage("b", page).token).toBe("a&b/+==");
    expect(readPage("b", page).objects[0]?.key).toBe("<IsTruncated>false</IsTruncated>");
  });

  it("refuses a cut page without a next token", () => {
    const page = PAGE.replace(/<NextContinuationToken>.*<\/NextContinuationToken>/, "");
    expect(() => readPage("b", page)).toThrow(expect.objectContaining({ code: "ASTRA_STORE_INTEGRITY" }));
  });
});
