/** A process that ends at a chosen moment: from then on, nothing it does reaches the state or the store. */
import type { Context } from "../../src/services/context.ts";

/** What a dead process's own code runs into. */
class ProcessEnded extends Error {
  override readonly name = "ProcessEnded";
}

export interface Mortal {
  readonly ctx: Context;
  readonly kill: () => void;
}

/** What was sent before the end takes effect, and its answer is lost, as with `kill -9`. */
export function mortal(ctx: Context): Mortal {
  let isDead = false;
  const alive = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...given: readonly unknown[]): unknown => {
          if (isDead) throw new ProcessEnded();
          return Reflect.apply(value, target, given);
        };
      },
    });
  const stores: Context["stores"] = {
    open: async (bucket) => alive(await ctx.stores.open(bucket)),
    [Symbol.asyncDispose]: async () => undefined,
  };
  return {
    ctx: { ...ctx, state: alive(ctx.state), stores },
    kill: () => {
      isDead = true;
    },
  };
}

/** Resolves when `work` has ended as that of a dead process does. @throws Error where it ended otherwise */
export async function died(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (isEnd(error)) return;
    throw error;
  }
  throw new Error("the process was to die, and did not");
}

/** What is cleaned up behind it fails as well. */
function isEnd(error: unknown): boolean {
  if (error instanceof SuppressedError) return isEnd(error.error) || isEnd(error.suppressed);
  return error instanceof ProcessEnded;
}
