/** The form of a policy file. The published JSON Schema (`astra policy schema`) is made from it. */
import { z } from "zod";
import { durationDays, parseDuration } from "../core/policy/duration.ts";
import { type Glob, type GlobFault, isGlobFault, parseGlob, parseKeyGlob } from "../core/policy/glob.ts";
import { POLICY_ACTIONS, STRATEGY_NAMES } from "../core/policy/policy.ts";
import { LATENCY_CLASSES } from "../core/tier.ts";
import { parseSizeBytes } from "../core/units.ts";

/** More rules than anybody keeps an eye on; each is asked of every object. */
const MOST_RULES = 500;

const text = z.string().min(1).max(1024);

function globOf(parse: (source: string) => Glob | GlobFault): z.ZodType<string, string> {
  return z.string().superRefine((source, check) => {
    const parsed = parse(source);
    if (isGlobFault(parsed)) check.addIssue({ code: "custom", message: parsed.fault });
  });
}

function oneOrMore<T extends z.ZodType>(one: T): z.ZodUnion<readonly [T, z.ZodArray<T>]> {
  return z.union([one, z.array(one).min(1).max(100)]);
}

const keyGlob = globOf(parseKeyGlob);
const glob = globOf(parseGlob);

const SPAN = "must be a span of time such as 90d, 12h, 2 months, 7 years";
const duration = z
  .string(SPAN)
  .refine((span) => parseDuration(span) !== null, SPAN)
  .meta({ examples: ["90d", "7 years"] });

const SIZE = "must be a size such as 128KiB, 1.5GB, 1024";
const size = z.union(
  [z.number().int().nonnegative(), z.string().refine((words) => parseSizeBytes(words) !== null, SIZE)],
  { error: SIZE },
);

const target = text.describe("Tier (hot, warm, cold, archive, auto) or the provider's name of a class.");
const ladder = text.describe("Tier: hot, warm, cold or archive.");

const afterStep = z
  .strictObject({
    idle: duration.describe("Since the last access, or creation.").optional(),
    age: duration.describe("Since creation.").optional(),
    to: target,
  })
  .superRefine(({ idle, age }, check) => {
    if ((idle === undefined) === (age === undefined))
      check.addIssue({ code: "custom", message: "must have either idle or age" });
  });

const afterSteps = z
  .array(afterStep)
  .min(1)
  .max(10)
  .superRefine((steps, check) => {
    for (const since of ["idle", "age"] as const) {
      const spans = steps.map((step) => parseDuration(step[since] ?? "")).filter((span) => span !== null);
      if (spans.some((span, index) => index > 0 && durationDays(span) <= durationDays(spans[index - 1] ?? span)))
        check.addIssue({
          code: "custom",
          message: `the ${since} of each step must be longer than that of the one before`,
        });
    }
  });

const actions = {
  never_tier_down: z.literal(true).describe("Never colder than where the object is now.").optional(),
  pin: target.describe("Keep the object in this tier or class, and bring it there.").optional(),
  floor: ladder.describe("Not colder than this tier.").optional(),
  ceiling: ladder.describe("Not hotter than this tier.").optional(),
  max_latency: z.enum(LATENCY_CLASSES).describe("Longest wait for the first byte.").optional(),
  after: z.union([afterStep, afterSteps]).describe("Move once the object is idle or old for so long.").optional(),
  create_in: text.describe("Class or tier of new objects, or auto-choose.").optional(),
  strategy: z.enum(STRATEGY_NAMES).describe("How the class is chosen.").optional(),
  ignore: z.literal(true).describe("Leave the object alone.").optional(),
};

const span = <T extends z.ZodType>(end: T) => z.strictObject({ at_least: end.optional(), below: end.optional() });

const match = z.strictObject({
  bucket: oneOrMore(glob).describe("Glob of the bucket's name.").optional(),
  key: oneOrMore(keyGlob)
    .describe("Glob of the key: with a / of the whole key, without one of any of its segments.")
    .optional(),
  size: span(size).describe("Size of the object.").optional(),
  age: span(duration).describe("Time since creation.").optional(),
  tags: z.record(text, glob).describe("Globs of tag values by tag name; all must match.").optional(),
  class: oneOrMore(text).describe("Present class, by the provider's name.").optional(),
  tenant: oneOrMore(glob).describe("Glob of the tenant.").optional(),
});

const action = z
  .union([z.enum(["never_tier_down", "ignore"]), z.strictObject(actions)])
  .describe("What the rule asks for; an action may as well stand in the rule itself.");

const rule = z
  .strictObject({
    name: text.max(200).describe("Name of the rule, unique in the file."),
    pattern: keyGlob.describe("Short for match.key.").optional(),
    match: match.describe("Which objects; all where absent. Every condition must hold.").optional(),
    action: action.optional(),
    ...actions,
    duration: duration.describe("In force this long from the object's creation.").optional(),
    until: z
      .string()
      .refine((date) => untilMs(date) !== null, "must be a date such as 2030-12-31, or an instant with a zone")
      .describe("In force up to the end of this day (UTC), or to this instant.")
      .optional(),
    reads_excluded_from: oneOrMore(text)
      .describe("Principals whose reads of these objects are no accesses.")
      .optional(),
  })
  .superRefine((parsed, check) => {
    const named = [...namedActions(parsed), ...innerActions(parsed.action)];
    const refuse = (path: string[], message: string): void => check.addIssue({ code: "custom", path, message });
    if (named.length > 1) refuse([], `has ${named.length} actions (${named.join(", ")}); write a rule for each`);
    if (named.length === 0 && parsed.reads_excluded_from === undefined)
      refuse([], `has no action; give one of ${POLICY_ACTIONS.join(", ")}`);
    if (parsed.pattern !== undefined && parsed.match?.key !== undefined)
      refuse(["pattern"], "says the same as match.key; give one of them");
    if (parsed.duration !== undefined && isNothing(parsed.duration))
      refuse(["duration"], "is no time at all, so the rule would never be in force");
  });

function isNothing(time: string): boolean {
  const parsed = parseDuration(time);
  return parsed !== null && durationDays(parsed) === 0;
}

/** Names of the actions that are set in a mapping. */
export function namedActions(mapping: Readonly<Record<string, unknown>>): (typeof POLICY_ACTIONS)[number][] {
  return POLICY_ACTIONS.filter((name) => mapping[name] !== undefined);
}

function innerActions(inner: z.infer<typeof action> | undefined): readonly string[] {
  if (inner === undefined) return [];
  return typeof inner === "string" ? [inner] : namedActions(inner);
}

/** The first instant a rule is no longer in force; `null` where the text is no date. */
export function untilMs(date: string): number | null {
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.exec(date);
  if (!form) return null;
  const ms = Date.parse(form[1] === undefined ? `${date}T00:00:00Z` : date);
  if (
    Number.isNaN(ms) ||
    new Date(Date.parse(`${date.slice(0, 10)}T00:00:00Z`)).getUTCDate() !== Number(date.slice(8, 10))
  )
    return null;
  return form[1] === undefined ? ms + 86_400_000 : ms;
}

/** A whole policy file. */
export const policyFileSchema = z.strictObject({
  $schema: z.string().describe("JSON Schema of this file, for editors.").optional(),
  policies: z
    .array(rule)
    .max(MOST_RULES)
    .describe("Rules; where only one can count, the first that matches does.")
    .superRefine((rules, check) => {
      const seen = new Map<string, number>();
      for (const [index, { name }] of rules.entries()) {
        const first = seen.get(name);
        const message = `the name ${JSON.stringify(name)} is that of rule ${(first ?? 0) + 1} already`;
        if (first !== undefined) check.addIssue({ code: "custom", path: [index, "name"], message });
        else seen.set(name, index);
      }
    }),
});

export type ParsedRule = z.infer<typeof rule>;
export type ParsedMatch = z.infer<typeof match>;

/** The JSON Schema of a policy file, for editors. */
export function policyJsonSchema(): Readonly<Record<string, unknown>> {
  return { ...z.toJSONSchema(policyFileSchema, { io: "input" }), title: "Astra policies" };
}
