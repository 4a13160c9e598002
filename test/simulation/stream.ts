/** The producers: what happens to objects is told as events, some twice, some late, some that nobody can read. */
import type { EventLog, NewRecord } from "../../src/ports/event-log.ts";
import type { Hazards } from "./hazards.ts";
import type { Scheduler } from "./scheduler.ts";

/** An event as producers make it. */
export interface ToldEvent {
  readonly type: "created" | "overwritten" | "accessed" | "deleted" | "restored";
  readonly key: string;
  readonly atMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface StreamOptions {
  readonly bucket: string;
  readonly topic: string;
  readonly log: EventLog;
  readonly scheduler: Scheduler;
  readonly hazards: () => Hazards;
  readonly tell: (line: string) => void;
}

export class Stream {
  readonly #options: StreamOptions;
  #waiting: NewRecord[] = [];
  #events = 0;
  #sequence = 0;
  /** Records nobody can read, as they were sent. */
  readonly poison: string[] = [];

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  /** Orders the writes of a key, as the store's own notifications do. */
  nextSequencer(): string {
    this.#sequence += 1;
    return this.#sequence.toString(16).padStart(6, "0").toUpperCase();
  }

  /** Takes an event on its way: it will arrive now or later, once or twice. */
  tell(event: ToldEvent): void {
    const { scheduler, bucket, hazards } = this.#options;
    this.#events += 1;
    const envelope = {
      specversion: "1.0",
      id: `e${this.#events}`,
      source: `s3://${bucket}`,
      type: `astra.object.${event.type}`,
      subject: event.key,
      time: new Date(event.atMs).toISOString(),
      data: event.data,
    };
    const record = { key: `${bucket}/${event.key}`, value: new TextEncoder().encode(JSON.stringify(envelope)) };
    this.#enter(record, event.type);
    const { duplicate, poison } = hazards();
    if (scheduler.chance(duplicate)) this.#enter(record, event.type);
    if (scheduler.chance(poison)) this.#enterPoison(record);
  }

  /** Sends what is on its way; with `all`, also what is late. */
  async deliver(all: boolean): Promise<void> {
    const { scheduler, hazards, log, topic, tell } = this.#options;
    const { late } = hazards();
    const now: NewRecord[] = [];
    const later: NewRecord[] = [];
    for (const record of this.#waiting) (all || !scheduler.chance(late) ? now : later).push(record);
    this.#waiting = later;
    if (now.length === 0) return;
    tell(`stream: ${now.length} events arrive`);
    await log.append(topic, now);
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** A late event comes after others of its key. */
  #enter(record: NewRecord, type: string): void {
    const { scheduler, hazards } = this.#options;
    // Bodies are uploaded in the order of the stream, so only what carries none may be overtaken.
    if (type !== "created" && scheduler.chance(hazards().late)) {
      this.#waiting.splice(scheduler.below(this.#waiting.length + 1), 0, record);
    } else this.#waiting.push(record);
  }

  #enterPoison(like: NewRecord): void {
    const text = new TextDecoder().decode(like.value);
    const broken = this.#options.scheduler.pick([
      text.slice(0, -7),
      text.replace("astra.object", "other.thing"),
      text.replace('"specversion":"1.0"', '"specversion":"0.3"'),
      "\u0000",
    ]);
    this.poison.push(broken);
    this.#waiting.push({ key: like.key, value: new TextEncoder().encode(broken) });
  }
}
