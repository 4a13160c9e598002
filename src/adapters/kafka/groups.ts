/** A group's position, seen from outside. */
import { AstraError } from "../../core/errors.ts";
import type { PartitionLag, RecordPosition, SeekTarget } from "../../ports/event-log.ts";
import { meansLostOwnership } from "./failure.ts";
import { END, OLDEST, type Topics } from "./topics.ts";

/** What every partition still holds for the group. */
export async function groupLag(topics: Topics, topic: string, group: string): Promise<readonly PartitionLag[]> {
  const [ranges, committed] = await Promise.all([topics.offsets(topic), committedOffsets(topics, topic, group)]);
  return ranges.map(({ partition, first, end }) => {
    const position = committed.get(partition) ?? null;
    const from = position === null || position < first ? first : position;
    return { partition, first, end, committed: position, lag: end > from ? end - from : 0n };
  });
}

/** Moves a group without live members. */
export async function seekGroup(topics: Topics, topic: string, group: string, target: SeekTarget): Promise<void> {
  const doing = { what: `move group ${group}`, topic };
  const positions = await targetPositions(topics, topic, target);
  await topics.ask(doing, async () => {
    const found = await topics.admin.describeGroups({ groups: [group] });
    const members = found.get(group)?.members.size ?? 0;
    if (members > 0) throw refused(group, topic, `${members} live ${members === 1 ? "consumer" : "consumers"}`);
  });
  try {
    await topics.ask(doing, () =>
      topics.admin.alterConsumerGroupOffsets({
        groupId: group,
        topics: [{ name: topic, partitionOffsets: [...positions] }],
      }),
    );
  } catch (error) {
    // Someone joined between the question and the move.
    if (meansLostOwnership(error)) throw refused(group, topic, "a live consumer");
    throw error;
  }
}

function refused(group: string, topic: string, who: string): AstraError {
  return new AstraError("ASTRA_LOG_REFUSED", `Group ${group} can't be moved: it has ${who}.`, {
    where: topic,
    fix: "Stop the group's consumers first.",
  });
}

async function committedOffsets(topics: Topics, topic: string, group: string): Promise<Map<number, bigint>> {
  const groups = await topics.ask({ what: `read the offsets of group ${group}`, topic }, () =>
    topics.admin.listConsumerGroupOffsets({ groups: [group] }),
  );
  const partitions = groups[0]?.topics.find((each) => each.name === topic)?.partitions ?? [];
  return new Map(
    partitions.filter((each) => each.committedOffset >= 0n).map((each) => [each.partitionIndex, each.committedOffset]),
  );
}

async function targetPositions(topics: Topics, topic: string, target: SeekTarget): Promise<readonly RecordPosition[]> {
  switch (target.kind) {
    case "beginning":
      return topics.offsetsAt(topic, OLDEST);
    case "end":
      return topics.offsetsAt(topic, END);
    case "time":
      return positionsAt(topics, topic, target.timeMs);
    case "offset": {
      const ranges = await topics.offsets(topic);
      return ranges.map(({ partition, first, end }) => ({ partition, offset: clamp(target.offset, first, end) }));
    }
  }
}

/** First record at or after the instant per partition; the end where there is none. */
export async function positionsAt(topics: Topics, topic: string, timeMs: number): Promise<readonly RecordPosition[]> {
  const at = BigInt(Math.max(0, Math.ceil(timeMs)));
  const [found, ends] = await Promise.all([topics.offsetsAt(topic, { at }), topics.offsetsAt(topic, END)]);
  return ends.map((end) => {
    const offset = found.find((each) => each.partition === end.partition)?.offset ?? -1n;
    return offset < 0n ? end : { partition: end.partition, offset };
  });
}

function clamp(value: bigint, least: bigint, most: bigint): bigint {
  if (value < least) return least;
  return value > most ? most : value;
}
