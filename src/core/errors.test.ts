import { describe, expect, it } from "vitest";
import { AstraError, ERRORS, EXIT, errorSpec, isAstraError, toAstraError } from "./errors.ts";

describe("the list of errors", () => {
  it.each(ERRORS)("$code has a class, an exit status and a fix that ends in a full stop", (spec) => {
    expect(spec.code).toMatch(/^ASTRA(?:_[A-Z]+){1,4}$/);
    expect(["user", "environment", "bug"]).toContain(spec.class);
    expect(Object.values(EXIT)).toContain(spec.exit);
    expect(spec.exit).not.toBe(EXIT.done);
    expect(spec.fix).toMatch(/^[A-Z].{8,}\.$/);
    expect(errorSpec(spec.code)).toBe(spec);
  });

  it("names each code once", () => {
    expect(new Set(ERRORS.map((spec) => spec.code)).size).toBe(ERRORS.length);
  });

  it("has one code for bugs", () => {
    expect(ERRORS.filter((spec) => spec.class === "bug").map((spec) => spec.code)).toEqual(["ASTRA_INTERNAL"]);
  });
});

describe("an error", () => {
  it("takes the fix of its code, or a more exact one", () => {
    const plain = new AstraError("ASTRA_OBJECT_MISSING", "no object s3://b/k", { where: "s3://b/k" });
    expect(plain).toMatchObject({ fix: errorSpec("ASTRA_OBJECT_MISSING").fix, where: "s3://b/k", retryable: false });
    expect(new AstraError("ASTRA_OBJECT_MISSING", "x", { fix: "Look in the other bucket." }).fix).toBe(
      "Look in the other bucket.",
    );
  });

  it("keeps its cause", () => {
    const cause = new Error("socket");
    expect(new AstraError("ASTRA_STORE_UNREACHABLE", "x", { cause }).cause).toBe(cause);
    expect("cause" in new AstraError("ASTRA_STORE_UNREACHABLE", "x")).toBe(false);
  });

  it("is recognised by any of the codes asked for", () => {
    const error = new AstraError("ASTRA_STATE_FULL", "x");
    expect(isAstraError(error)).toBe(true);
    expect(isAstraError(error, "ASTRA_STATE_BUSY", "ASTRA_STATE_FULL")).toBe(true);
    expect(isAstraError(error, "ASTRA_STATE_BUSY")).toBe(false);
    expect(isAstraError(new Error("ASTRA_STATE_FULL"))).toBe(false);
  });

  it("that is none of ours is a bug, with its cause", () => {
    const known = new AstraError("ASTRA_STATE_FULL", "x");
    expect(toAstraError(known)).toBe(known);
    const cause = new TypeError("x is undefined");
    expect(toAstraError(cause)).toMatchObject({ code: "ASTRA_INTERNAL", message: "x is undefined", cause });
    expect(toAstraError("text")).toMatchObject({ code: "ASTRA_INTERNAL", message: "text" });
    expect(toAstraError(undefined).message).toBe("undefined");
  });
});
