/** The form of a file of cases: objects with their reads, paths through classes with each component of the bill, and the optimum. */
import { z } from "zod";
import { AstraError } from "../core/errors.ts";

/** A century: longer lives are typing errors. */
const MAX_DAYS = 36_525;

const dollars = z.number();
const day = z.number().int().nonnegative();

const casePath = z.object({
  moves: z.array(z.tuple([day, z.string().min(1)])),
  total: dollars,
  storage: dollars,
  transitions: dollars,
  retrieval: dollars,
  earlyDeletion: dollars,
  restoreDays: z.number(),
});

const billCase = z
  .object({
    id: z.union([z.number(), z.string()]),
    classes: z.array(z.string().min(1)).min(1),
    intelligentTieringArchive: z.boolean(),
    sizeBytes: z.number().int().nonnegative(),
    days: z.number().int().min(1).max(MAX_DAYS),
    deletedAtEnd: z.boolean(),
    /** Share of the object that a read sends. */
    fractionRead: z.number().nonnegative(),
    reads: z.array(z.tuple([day, z.number().int().positive()])),
    optimum: dollars,
    paths: z.array(casePath).min(1),
  })
  .superRefine((each, ctx) => {
    const check = (entries: readonly (readonly [number, unknown])[], path: readonly (string | number)[]) => {
      const seen = new Set<number>();
      entries.forEach(([at], index) => {
        const fault =
          at >= each.days
            ? `day ${at} is past the ${each.days} days of the case`
            : seen.has(at) && `day ${at} comes twice`;
        if (fault) ctx.addIssue({ code: "custom", message: fault, path: [...path, index] });
        seen.add(at);
      });
    };
    check(each.reads, ["reads"]);
    each.paths.forEach(({ moves }, index) => check(moves, ["paths", index, "moves"]));
  });

const caseFile = z.object({ cases: z.array(billCase).min(1) });

/** One object with its reads by day, and what is known of it. Sizes in bytes, sums in dollars. */
export type BillCase = z.infer<typeof billCase>;
/** A path through classes, `[day, class]` for every move, and its bill. */
export type CasePath = z.infer<typeof casePath>;

/** Fields that are not needed may be there. @throws AstraError ASTRA_CASES_INVALID with the first faulty place. */
export function parseBillCases(json: unknown, where: string): readonly BillCase[] {
  const parsed = caseFile.safeParse(json);
  if (parsed.success) return parsed.data.cases;
  const issue = parsed.error.issues[0];
  const place = issue && issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
  throw new AstraError("ASTRA_CASES_INVALID", `${place}${issue?.message ?? "not valid"}`, { where });
}
