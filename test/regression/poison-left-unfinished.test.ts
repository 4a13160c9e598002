/**
 * A message that could not be worked on killed its consumer; its partition passed to the next consumer, which died of it as
 * well, and each death was a rebalance for the whole group (wso2/product-integrator-mi, issue 4947: the poisoned offset was
 * skipped in memory only). Here what can't be worked on goes to the dead letters, and the position behind it is durable in
 * the same step as the batch's effects.
 */
import { describe, expect, test } from "vitest";
import { encodeEvent, parseEvent } from "../../src/core/event.ts";
import type { NewRecord } from "../../src/ports/event-log.ts";
import type { Context } from "../../src/services/context.ts";
import { consumeEvents } from "../../src/services/consume-events.ts";
import { MOVING_BUCKET, type MovingWorld, movingWorld } from "../support/moving-world.ts";
import { died, mortal } from "../support/mortal-context.ts";

const TOPIC = "data-events";
const DEAD = "data-events.dlq";
const GROUP = "astra";

function event(changes: Record<string, unknown>): Record<string, unknown> {
  const source = `s3://${MOVING_BUCKET}`;
  const time = "2026-03-01T00:00:00Z";
  return { specversion: "1.0", source, subject: "a", time, type: "astra.object.accessed", ...changes };
}

const POISON: readonly Uint8Array[] = [
  Buffer.alloc(0),
  Buffer.from("[".repeat(50_000)),
  Buffer.from(JSON.stringify(event({ id: "p1", type: "astra.object.exploded" }))),
  Buffer.from(JSON.stringify(event({ id: "p2", time: "9999-12-31T00:00:00Z" }))),
  Buffer.from(
    JSON.stringify(
      event({ id: "p3", type: "astra.object.created", data: { body: { uri: "https://169.254.169.254/x" } } }),
    ),
  ),
];

let reads = 0;

function good(): NewRecord {
  return record(encodeEvent(parseEvent(event({ id: `good-${(reads += 1)}` }))));
}

function record(value: Uint8Array): NewRecord {
  return { key: `${MOVING_BUCKET}/a`, value };
}

/** Poison before and behind a good event. */
async function poisoned(): Promise<MovingWorld> {
  reads = 0;
  const world = await movingWorld();
  await world.ctx.log.ensureTopic(TOPIC, 1);
  await world.ctx.log.ensureTopic(DEAD, 1);
  await world.ctx.log.append(TOPIC, [...POISON.slice(0, 3).map(record), good(), ...POISON.slice(3).map(record)]);
  return world;
}

async function deadLetters({ ctx }: MovingWorld): Promise<string[]> {
  const values: string[] = [];
  for await (const page of ctx.log.read({ topic: DEAD, partition: 0, from: 0n })) {
    values.push(...page.map(({ value }) => Buffer.from(value).toString("hex")));
  }
  return values.toSorted();
}

const HEXES = POISON.map((value) => Buffer.from(value).toString("hex")).toSorted();

async function readsOf({ ctx }: MovingWorld): Promise<number | undefined> {
  return (await ctx.state.object({ bucket: MOVING_BUCKET, key: "a" }))?.access.lifetimeReads;
}

function drain(ctx: Context): ReturnType<typeof consumeEvents> {
  return consumeEvents({ ctx, input: { untilDrained: true } });
}

describe("poison", () => {
  test("that workers left unfinished is set aside by the next one, and comes back at no rebalance", async () => {
    await using world = await poisoned();
    for (let leaving = 0; leaving < 3; leaving++) {
      await using worker = await world.ctx.log.join({ topic: TOPIC, group: GROUP });
      const { value: batch } = await worker[Symbol.asyncIterator]().next();
      expect(batch?.from).toBe(0n);
    }
    expect(await drain(world.ctx)).toMatchObject({ consumed: POISON.length + 1, deadLettered: POISON.length });
    const other = await world.another();
    for (let round = 0; round < 4; round++) {
      await world.ctx.log.append(TOPIC, [good()]);
      const both = await Promise.all([drain(world.ctx), drain(other)]);
      expect(both.map(({ deadLettered }) => deadLettered)).toEqual([0, 0]);
      expect(both.reduce((sum, { consumed }) => sum + consumed, 0)).toBe(1);
    }
    expect(await deadLetters(world)).toEqual(HEXES);
    expect(await readsOf(world)).toBe(reads);
  });

  test("that a worker died behind, its dead letter being written, costs the next one nothing but a second letter", async () => {
    await using world = await poisoned();
    const dying = mortal(await world.another());
    const { log } = dying.ctx;
    const dyingLog = new Proxy(log, {
      get: (_, name) => {
        const value: unknown = Reflect.get(log, name);
        if (typeof value !== "function") return value;
        return (...given: readonly unknown[]): unknown => {
          if (name === "append") dying.kill();
          return Reflect.apply(value, log, given);
        };
      },
    });
    await died(drain({ ...dying.ctx, log: dyingLog }));
    expect(await deadLetters(world)).toEqual(HEXES);
    expect(await readsOf(world)).toBeUndefined();
    expect(await drain(world.ctx)).toMatchObject({ consumed: POISON.length + 1, deadLettered: POISON.length });
    // Nothing is lost for it: each letter stands there twice, as it was.
    expect(await deadLetters(world)).toEqual(HEXES.flatMap((hex) => [hex, hex]));
    await world.ctx.log.append(TOPIC, [good()]);
    expect(await drain(world.ctx)).toMatchObject({ consumed: 1, deadLettered: 0 });
    expect(await readsOf(world)).toBe(reads);
  });
});
