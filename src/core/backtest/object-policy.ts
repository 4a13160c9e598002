/** Policies that decide each object by itself: replayed object by object, so that one tariff serves all of them. */
import { ObjectAccount, type ReplayInput, type ReplayResult, ReplayTally } from "./replay.ts";

/** What a policy may know while it follows an object: its trace up to the account's day, never what comes later. */
export interface ObjectPolicy {
  readonly name: string;
  /** Told of every object before the first is followed, to learn from its days before the split. */
  learn?(object: number, input: ReplayInput): void;
  /**
   * Moves the object through its charged days; it may return early, the rest is charged where the object then stands.
   * Reads of a day are known from the next day on.
   */
  follow(account: ObjectAccount, object: number, input: ReplayInput): void;
}

/** One policy with the input it is replayed on; inputs differ in `onClass` and in their classes only. */
export interface Replaying {
  readonly policy: ObjectPolicy;
  readonly input: ReplayInput;
}

/** Steps of a long computation: yields how many are done, so that whoever runs it may pause, report or stop. */
export type Steps<Result> = Generator<number, Result, void>;

/** Objects between two pauses: some milliseconds of work. */
const OBJECTS_A_STEP = 256;

/** Replays several policies side by side. Results are in the order given. */
export function* replayTogether(replaying: readonly Replaying[]): Steps<readonly ReplayResult[]> {
  const objects = replaying[0]?.input.trace.objects ?? 0;
  const tallies = replaying.map(() => new ReplayTally(objects));
  for (let object = 0; object < objects; object += 1) {
    for (const { policy, input } of replaying) policy.learn?.(object, input);
    if (object % OBJECTS_A_STEP === 0) yield 0;
  }
  for (let object = 0; object < objects; object += 1) {
    replaying.forEach(({ policy, input }, index) => {
      const account = new ObjectAccount(input, object);
      if (!account.isOver) policy.follow(account, object, input);
      tallies[index]?.close(object, account);
    });
    if (object % OBJECTS_A_STEP === 0) yield object;
  }
  return tallies;
}

/** Runs steps to their end without a pause. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
