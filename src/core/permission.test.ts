import { describe, expect, it } from "vitest";
import { PERMISSIONS, localActor, requirePermission } from "./permission.ts";

describe("permissions", () => {
  it("are all held by the person at the terminal", () => {
    const actor = localActor("ada");
    for (const permission of PERMISSIONS) expect(() => requirePermission(actor, permission)).not.toThrow();
  });

  it("are refused by name", () => {
    const reader = { name: "reader", permissions: new Set(["object.read"] as const) };
    expect(() => requirePermission(reader, "object.read")).not.toThrow();
    expect(() => requirePermission(reader, "plan.apply")).toThrow(
      expect.objectContaining({ code: "ASTRA_PERMISSION_DENIED", message: "reader lacks the permission plan.apply" }),
    );
  });
});
