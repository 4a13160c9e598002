/** The moves of a plan as text: by rule and classes, with the first objects of each. */
import { styleText } from "node:util";
import { NEVER_MS, type PlanHeader, type PlannedMove, type RuleGroup } from "../../../core/plan.ts";
import { DAYS_PER_MONTH, MS_PER_DAY } from "../../../core/units.ts";
import { formatDay } from "./date.ts";
import { formatMoney } from "./money.ts";
import { counted, formatBytes } from "./size.ts";
import { symbols } from "./symbols.ts";
import { type Column, table } from "./table.ts";
import { tierColour } from "./tier-colour.ts";
import { visible } from "./visible.ts";

/** Groups shown unless all are asked for. */
const SHOWN_GROUPS = 8;
const COLUMNS: readonly Column[] = [
  { title: "" },
  { title: "", align: "right" },
  { title: "" },
  { title: "" },
  { title: "" },
  { title: "" },
  { title: "" },
];

/** When a fee is paid back by a monthly saving; `NEVER_MS` where it never is. */
export function breakEvenMs(fromMs: number, feeMicros: number, savingMicrosPerMonth: number): number {
  if (savingMicrosPerMonth <= 0) return NEVER_MS;
  return fromMs + (feeMicros / savingMicrosPerMonth) * DAYS_PER_MONTH * MS_PER_DAY;
}

/** Empty where nothing moves. */
export function moveLines(header: PlanHeader, moves: readonly PlannedMove[], isVerbose: boolean): string {
  const all = (header.totals.breakdown?.rules ?? []).toSorted((a, b) => b.bytes - a.bytes);
  const shown = isVerbose ? all : all.slice(0, SHOWN_GROUPS);
  const sections = shown.map((group) => {
    const own = moves.filter((move) => isOf(move, group));
    const hidden = group.moves - own.length;
    const more = hidden > 0 && own.length > 0 ? [`    … and ${counted(hidden, "more object")}`] : [];
    return [
      groupLine(header.createdMs, group),
      ...(own.length > 0
        ? [
            table(
              COLUMNS,
              own.map((move) => moveRow(move, isVerbose)),
              "    ",
            ),
          ]
        : []),
      ...more,
    ].join("\n");
  });
  const left = all.slice(shown.length);
  const leftMoves = left.reduce((sum, group) => sum + group.moves, 0);
  if (left.length > 0)
    sections.push(`  … ${counted(leftMoves, "move")} by ${counted(left.length, "more rule")}; --verbose shows all.`);
  return sections.join("\n");
}

function isOf(move: PlannedMove, { policy, rule, from, to }: RuleGroup): boolean {
  return (move.policy ?? null) === policy && move.rule === rule && move.from === from && move.to === to;
}

function groupLine(fromMs: number, group: RuleGroup): string {
  const { policy, rule, from, to, toTier, moves, bytes, feeMicros, savingMicrosPerMonth, orderedByPolicy } = group;
  const within = policy === null || orderedByPolicy ? "" : `, within policy ${visible(policy)}`;
  const by = `${visible(rule)}${within}`;
  const way = `${visible(from)} ${symbols().arrow} ${styleText(tierColour(toTier), visible(to))}`;
  const when = formatDay(breakEvenMs(fromMs, feeMicros, savingMicrosPerMonth));
  const money = `fee ${formatMoney(feeMicros)}, saves ${formatMoney(savingMicrosPerMonth)}/month, break-even ${when}`;
  return `  ${styleText("yellow", "~")} ${styleText("bold", by)}  ${way}  ${counted(moves, "object")}, ${formatBytes(bytes)}; ${money}`;
}

function moveRow(move: PlannedMove, isVerbose: boolean): string[] {
  const worst = move.worstCaseMicros === null ? "unknown" : formatMoney(move.worstCaseMicros);
  return [
    visible(move.key),
    formatBytes(move.sizeBytes),
    `fee ${formatMoney(move.feeMicros)}`,
    `saves ${formatMoney(move.savingMicrosPerMonth)}/month`,
    `break-even ${formatDay(move.breakEvenMs)}`,
    ...(isVerbose ? [`worst case ${worst}`, visible(move.why)] : []),
  ];
}
