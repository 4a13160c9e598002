/**
 * The mechanism `tag`: a tag that one of the bucket's own lifecycle rules waits for. The provider moves the object within a
 * day or two, without a copy; date and version stay. No store offers a condition for writing tags, so what others write to
 * an object's tags between our reading and our writing them is lost: a matter of milliseconds, and why it has to be allowed.
 */
import { nextState } from "../../core/transition.ts";
import { MS_PER_DAY, MS_PER_HOUR, daysBetween } from "../../core/units.ts";
import { type TagRule, tagRuleFor } from "../../core/policy/tag-rule.ts";
import type { ObjectHead } from "../../ports/object-store.ts";
import type { MoveMode } from "./move-object.ts";
import type { MoveLine } from "./move-line.ts";
import type { MoveOutcome } from "./move-outcome.ts";

/** S3's limit. */
const MOST_TAGS = 10;
/** Lifecycle rules are carried out once a day, around midnight UTC, and may take a day more. */
const FIRST_LOOK_MS = MS_PER_DAY;
const LOOK_EVERY_MS = 6 * MS_PER_HOUR;
/** What was not moved by then will not be. */
const PATIENCE_MS = 7 * MS_PER_DAY;

export async function tagObject(line: MoveLine, head: ObjectHead, mode: MoveMode): Promise<MoveOutcome> {
  const { bucket } = line.mover;
  const { move, progress } = line;
  const rule = progress.tag
    ? bucket.tagRules.find((each) => isAsItWas(each, line))
    : tagRuleFor(bucket.tagRules, { ...move, ageDays: ageDaysOf(line) });
  if (progress.tag) return look(line, head, rule, mode);
  if (mode === "settle") return line.skipped("stopped");
  return rule ? setTag(line, head, rule) : line.skipped("tag_rule_missing");
}

/** A rule of that name may by now wait for another tag, or move elsewhere. */
function isAsItWas({ id, storageClass, tag: [name, value] }: TagRule, { move, progress }: MoveLine): boolean {
  if (id !== progress.tag?.ruleId || storageClass !== move.to) return false;
  const [wasName, wasValue] = progress.tag.tag ?? [name, value];
  return name === wasName && value === wasValue;
}

function ageDaysOf({ move, mover }: MoveLine): number | null {
  return move.createdMs === null ? null : daysBetween(move.createdMs, mover.ctx.clock.now());
}

async function setTag(line: MoveLine, head: ObjectHead, rule: TagRule): Promise<MoveOutcome> {
  const { ctx, store, guard } = line.mover;
  const { key } = line.move;
  const tags = head.tagCount === 0 ? {} : await store.tags(key);
  // Its owner's own: to put ours in its place, and to take it off afterwards, would lose it.
  if (Object.hasOwn(tags, rule.tag[0])) return line.skipped("tag_taken");
  if (Object.keys(tags).length >= MOST_TAGS) return line.skipped("too_many_tags");
  await guard.mayGoOn();
  const setMs = ctx.clock.now();
  await line.note({ tag: { ruleId: rule.id, setMs, tag: rule.tag } });
  line.isSpent = true;
  await store.setTags(key, { ...tags, [rule.tag[0]]: rule.tag[1] });
  const now = await store.head(key);
  if (now.etag === head.etag) return line.waiting("tag", setMs + FIRST_LOOK_MS);
  await removeTag(line);
  return line.skipped("changed");
}

/** Whether the rule has done it by now. */
async function look(line: MoveLine, head: ObjectHead, rule: TagRule | undefined, mode: MoveMode): Promise<MoveOutcome> {
  const { ctx, store, guard } = line.mover;
  const { move, progress } = line;
  const nowMs = ctx.clock.now();
  const isSame = head.etag === move.etag && head.sizeBytes === move.sizeBytes;
  if (isSame && head.storageClass === move.to) {
    await removeTag(line);
    return { ...line.finished(head), state: nextState(nextState("tagged", "verify"), "finish") };
  }
  const isOver = !isSame || head.storageClass !== move.from || !rule || mode === "settle";
  if (isOver || nowMs - (progress.tag?.setMs ?? nowMs) > PATIENCE_MS) {
    await removeTag(line);
    if (mode === "settle") return line.skipped("stopped");
    if (!isSame || head.storageClass !== move.from) return line.skipped("changed");
    return line.skipped(rule ? "tag_overdue" : "tag_rule_missing");
  }
  // A crash may have come between the journal and the tag.
  const tags = await store.tags(move.key);
  const found = tags[rule.tag[0]];
  if (found !== undefined && found !== rule.tag[1]) return line.skipped("tag_taken");
  if (found === undefined) {
    await guard.mayGoOn();
    await store.setTags(move.key, { ...tags, [rule.tag[0]]: rule.tag[1] });
  }
  return line.waiting("tag", nowMs + LOOK_EVERY_MS);
}

async function removeTag({ mover, move, progress }: MoveLine): Promise<void> {
  const { tagRules } = mover.bucket;
  // Lines of an earlier release name the rule alone.
  const ours = progress.tag?.tag ?? tagRules.find(({ id }) => id === progress.tag?.ruleId)?.tag;
  if (!ours) return;
  const [name, value] = ours;
  const tags = await mover.store.tags(move.key);
  if (tags[name] !== value) return;
  const { [name]: _ours, ...others } = tags;
  await mover.store.setTags(move.key, others);
}
