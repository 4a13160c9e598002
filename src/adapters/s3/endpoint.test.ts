import { describe, expect, it } from "vitest";
import { bucketAddress } from "./endpoint.ts";

describe("bucketAddress", () => {
  it("puts the bucket into the host where its name is one label of it", () => {
    expect(bucketAddress("logs", "eu-west-1", { forcePathStyle: false })).toEqual({
      origin: "https://logs.s3.eu-west-1.amazonaws.com",
      host: "logs.s3.eu-west-1.amazonaws.com",
      basePath: "",
    });
    expect(bucketAddress("logs", "cn-north-1", { forcePathStyle: false }).host).toBe(
      "logs.s3.cn-north-1.amazonaws.com.cn",
    );
  });

  it("puts it into the path where it has dots, or where told", () => {
    const dotted = bucketAddress("my.logs", "us-east-1", { forcePathStyle: false });
    expect(dotted).toMatchObject({ host: "s3.us-east-1.amazonaws.com", basePath: "/my.logs" });
    const forced = bucketAddress("logs", "us-east-1", { forcePathStyle: true, endpoint: "http://localhost:9000/s3/" });
    expect(forced).toEqual({ origin: "http://localhost:9000", host: "localhost:9000", basePath: "/s3/logs" });
  });

  it("refuses what is no address", () => {
    for (const endpoint of ["localhost:9000", "ftp://host", "nonsense"]) {
      expect(() => bucketAddress("logs", "us-east-1", { forcePathStyle: true, endpoint })).toThrow(
        expect.objectContaining({ code: "ASTRA_CONFIG_INVALID" }),
      );
    }
  });
});
