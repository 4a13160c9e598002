/** One engine at a time moves the objects of a bucket. What it writes is refused once another has taken over. */
import { AstraError } from "../../core/errors.ts";
import type { Lease } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";

/** Short enough to wait for after a machine is lost; renewed all the while, as a single copy may take longer. */
export const LEASE_MS = 60_000;
/** Renewed after this part of it. */
const RENEW_MS = LEASE_MS / 3;

export class BucketLease implements AsyncDisposable {
  readonly #ctx: Context;
  readonly #name: string;
  readonly #holder: string;
  readonly #lease: Lease;
  #renewMs: number;
  readonly #heartbeat: NodeJS.Timeout;
  #fault: { readonly error: unknown } | null = null;

  private constructor(ctx: Context, name: string, holder: string, lease: Lease) {
    this.#ctx = ctx;
    this.#name = name;
    this.#holder = holder;
    this.#lease = lease;
    this.#renewMs = ctx.clock.now() + RENEW_MS;
    // A real timer: no effect calls `keep` while it waits for a slow answer. What it meets is told by the next call.
    this.#heartbeat = setInterval(() => {
      this.keep().catch((error: unknown) => (this.#fault ??= { error }));
    }, RENEW_MS);
    this.#heartbeat.unref();
  }

  /** @throws AstraError ASTRA_BUCKET_BUSY */
  static async take(ctx: Context, bucket: string): Promise<BucketLease> {
    const name = `bucket:${bucket}`;
    // Two engines of one process are two holders.
    const holder = `${ctx.presence.self}#${ctx.random.id()}`;
    return new BucketLease(ctx, name, holder, await acquired(ctx, name, holder));
  }

  current(): Lease {
    return this.#lease;
  }

  /** Whether {@link keep} has anything to do or to tell: it is asked before every effect, and mostly has not. */
  mustRenew(nowMs: number): boolean {
    // A clock that was set back would put the renewal off for as long as it was set back.
    return this.#fault !== null || nowMs >= this.#renewMs || nowMs <= this.#renewMs - LEASE_MS;
  }

  /**
   * To be called before each effect.
   * @throws AstraError ASTRA_BUCKET_BUSY where it ran out and another has it, ASTRA_LEASE_LOST where another had it since
   */
  async keep(): Promise<void> {
    if (this.#fault) throw this.#fault.error;
    const nowMs = this.#ctx.clock.now();
    if (!this.mustRenew(nowMs)) return;
    this.#renewMs = nowMs + RENEW_MS;
    const renewed = await acquired(this.#ctx, this.#name, this.#holder);
    if (renewed.token === this.#lease.token) return;
    // The other one may have changed the journal's lines that we work on: with the older token nothing of ours is written.
    await this.#ctx.state.releaseLease(renewed);
    throw new AstraError("ASTRA_LEASE_LOST", `${this.#name}: another process had taken over`, { where: this.#name });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#ctx.state.releaseLease(this.#lease);
  }
}

async function acquired(ctx: Context, name: string, holder: string): Promise<Lease> {
  const { presence, clock } = ctx;
  const taken = await ctx.state.acquireLease({
    name,
    holder,
    nowMs: clock.now(),
    ttlMs: LEASE_MS,
    isGone: (other) => presence.isGone(processOf(other)),
  });
  if ("token" in taken) return taken;
  const until = new Date(taken.untilMs).toISOString();
  throw new AstraError(
    "ASTRA_BUCKET_BUSY",
    `${processOf(taken.heldBy)} is moving objects of ${name.slice("bucket:".length)}`,
    {
      where: ctx.config.state.path,
      fix: `Wait until it has ended (\`astra runs\` shows its run); if that machine is lost, until ${until}.`,
      retryable: true,
    },
  );
}

function processOf(holder: string): string {
  return holder.slice(0, holder.lastIndexOf("#"));
}
