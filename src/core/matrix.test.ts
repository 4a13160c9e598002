import { describe, expect, it } from "vitest";
import { objectView } from "../../test/support/views.ts";
import { type TierClasses, matrixStrategy, matrixTier } from "./matrix.ts";
import type { LadderTier } from "./tier.ts";

const READS = [0, 1, 4, 5, 9, 10] as const;

/** Age in days → the tier at 0, 1, 4, 5, 9 and 10 accesses. */
type Table = readonly (readonly [number, string])[];

const UNNAMED: Table = [
  [0, "hot hot hot hot hot hot"],
  [29.99, "hot hot hot hot hot hot"],
  [30, "warm warm warm warm warm hot"],
  [89.99, "warm warm warm warm warm hot"],
  [90, "cold cold cold warm warm hot"],
  [364.99, "cold cold cold warm warm hot"],
  [365, "archive cold cold warm warm hot"],
  [400, "archive cold cold warm warm hot"],
];

const MONTHLY: Table = [0, 29.99, 30, 89.99, 90, 364.99, 365, 400].map((age) => [age, "warm warm warm warm warm hot"]);

const BACKUP: Table = [
  [0, "cold cold cold hot hot hot"],
  [29.99, "cold cold cold hot hot hot"],
  [30, "cold cold cold warm warm hot"],
  [89.99, "cold cold cold warm warm hot"],
  [90, "cold cold cold warm warm hot"],
  [364.99, "cold cold cold warm warm hot"],
  [365, "cold cold cold warm warm hot"],
  [400, "cold cold cold warm warm hot"],
];

function cells(name: string, table: Table) {
  return table.flatMap(([ageDays, row]) =>
    row.split(" ").map((tier, column) => ({ name, ageDays, reads: READS[column] ?? -1, tier })),
  );
}

describe("the matrix", () => {
  it.each([...cells("photo.jpg", UNNAMED), ...cells("monthly_sales.csv", MONTHLY), ...cells("backup_db.tar", BACKUP)])(
    "$name, $ageDays days, $reads accesses → $tier",
    ({ name, ageDays, reads, tier }) => {
      expect(matrixTier(name, reads, ageDays).tier).toBe(tier);
    },
  );

  it.each([
    { key: "backup_old.zip", reads: 0, ageDays: 0, tier: "cold" },
    { key: "backup_x", reads: 0, ageDays: 100, tier: "cold" },
    { key: "x", reads: 0, ageDays: 5, tier: "hot" },
    { key: "x", reads: 0, ageDays: 120, tier: "cold" },
    { key: "x", reads: 0, ageDays: 400, tier: "archive" },
    { key: "x", reads: 7, ageDays: 400, tier: "warm" },
    { key: "x", reads: 1_000_000, ageDays: 4000, tier: "hot" },
  ])("the worked example $key, $ageDays days, $reads accesses → $tier", ({ key, reads, ageDays, tier }) => {
    expect(matrixTier(key, reads, ageDays).tier).toBe(tier);
  });

  it.each([
    { key: "nightly/db/backup_2025.tar", tier: "cold" },
    { key: "backup_all/readme.txt", tier: "hot" },
    { key: "backup_all/", tier: "hot" },
    { key: "Backup_2025.tar", tier: "hot" },
    { key: "BACKUP_2025.tar", tier: "hot" },
    { key: "my_backup_2025.tar", tier: "hot" },
    { key: "backup-2025.tar", tier: "hot" },
    { key: "a//monthly_1.csv", tier: "warm" },
    { key: "Monthly_1.csv", tier: "hot" },
  ])("matches the pattern against the last segment, case-sensitively: $key → $tier", ({ key, tier }) => {
    expect(matrixTier(key, 0, 1).tier).toBe(tier);
  });

  it("says which rule decided, with the numbers", () => {
    expect(matrixTier("x", 12, 400)).toMatchObject({ rule: "matrix:accesses", why: "12 accesses, at least 10" });
    expect(matrixTier("backup_x", 1, 3)).toMatchObject({
      rule: "matrix:name:backup_*",
      why: "named backup_*, 1 access",
    });
    expect(matrixTier("x", 0, 120.7)).toMatchObject({ rule: "matrix:age" });
    expect(matrixTier("x", 7, 400)).toMatchObject({ rule: "matrix:accesses" });
    expect(matrixTier("x", 0, 120.7).why).toContain("120 d");
  });

  it("acts on no age that is not known, but on accesses and names", () => {
    expect(matrixTier("x", 0, null)).toMatchObject({ tier: "hot", rule: "matrix:age-uncertain" });
    expect(matrixTier("backup_x", 0, null).tier).toBe("cold");
    expect(matrixTier("x", 10, null).tier).toBe("hot");
  });
});

const ALL = new Set(["STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"]);

describe("the matrix as a strategy", () => {
  const classes: TierClasses = { hot: "STANDARD", warm: "STANDARD_IA", cold: "GLACIER", archive: "DEEP_ARCHIVE" };

  it.each<{ ageDays: number; storageClass: string; tier: LadderTier }>([
    { ageDays: 0, storageClass: "STANDARD", tier: "hot" },
    { ageDays: 30, storageClass: "STANDARD_IA", tier: "warm" },
    { ageDays: 90, storageClass: "GLACIER", tier: "cold" },
    { ageDays: 365, storageClass: "DEEP_ARCHIVE", tier: "archive" },
  ])("names the class of the tier: $tier → $storageClass", ({ ageDays, storageClass, tier }) => {
    const strategy = matrixStrategy({ classes, windowDays: 90 });
    expect(strategy.propose(objectView({ ageDays }), ALL)).toMatchObject({ storageClass, tier });
  });

  it("counts the accesses in the window, or of a lifetime", () => {
    const view = objectView({ ageDays: 400, windowReads: 0, lifetimeReads: 40 });
    expect(matrixStrategy({ classes, windowDays: 90 }).propose(view, ALL).tier).toBe("archive");
    expect(matrixStrategy({ classes, windowDays: "lifetime" }).propose(view, ALL).tier).toBe("hot");
  });

  it.each([
    { allowed: ["STANDARD", "STANDARD_IA"], ageDays: 400, storageClass: "STANDARD_IA", tier: "warm" },
    { allowed: ["STANDARD"], ageDays: 400, storageClass: "STANDARD", tier: "hot" },
    { allowed: ["DEEP_ARCHIVE"], ageDays: 1, storageClass: "DEEP_ARCHIVE", tier: "archive" },
    { allowed: ["GLACIER", "DEEP_ARCHIVE"], ageDays: 1, storageClass: "GLACIER", tier: "cold" },
  ])("takes the next tier that $allowed leaves at $ageDays days", ({ allowed, ageDays, storageClass, tier }) => {
    const proposal = matrixStrategy({ classes, windowDays: 90 }).propose(objectView({ ageDays }), new Set(allowed));
    expect(proposal).toMatchObject({ storageClass, tier });
    expect(proposal.why).toContain("policies exclude");
  });

  it("takes what is left where that is none of its own classes, and stays where it may", () => {
    const strategy = matrixStrategy({ classes, windowDays: 90 });
    expect(strategy.propose(objectView(), new Set(["ONEZONE_IA"])).storageClass).toBe("ONEZONE_IA");
    const inside = objectView({ storageClass: "GLACIER_IR" });
    expect(strategy.propose(inside, new Set(["ONEZONE_IA", "GLACIER_IR"])).storageClass).toBe("GLACIER_IR");
  });
});
