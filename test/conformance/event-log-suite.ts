/** What every event log promises, tested the same way against each of them. */
import { afterAll, beforeAll, describe } from "vitest";

import type { EventLog } from "../../src/ports/event-log.ts";
import { appendTests } from "./event-log-appends.ts";
import type { ChildLog } from "./event-log-child.ts";
import { groupTests } from "./event-log-groups.ts";
import { positionTests } from "./event-log-positions.ts";

/** A log that runs, and how to get at it. */
export interface LogBackend {
  /** Opens one more handle on the same log, as another process would. */
  open(): EventLog;
  /** How a child process opens it. */
  readonly child: ChildLog;
  stop(): Promise<void>;
}

/** What a test works with: topics of its own, and handles that are closed after it. */
export interface Bench {
  readonly log: EventLog;
  /** One more handle. */
  open(): EventLog;
  /** A new topic. */
  topic(partitions: number): Promise<string>;
  readonly child: ChildLog;
}

/** Runs the whole suite against one backend, or names it as skipped for the reason `missing`. */
export function eventLogSuite(name: string, start: () => Promise<LogBackend>, missing?: string): void {
  const note = missing === undefined ? "" : ` (not run: ${missing})`;
  describe.skipIf(missing !== undefined)(`event log · ${name}${note}`, () => {
    let backend: LogBackend;
    let log: EventLog;
    let topics = 0;
    const handles: EventLog[] = [];

    const open = (): EventLog => {
      const handle = backend.open();
      handles.push(handle);
      return handle;
    };

    beforeAll(async () => {
      backend = await start();
      log = open();
    });

    afterAll(async () => {
      await Promise.all(handles.map((handle) => handle.close()));
      await backend.stop();
    });

    const bench: Bench = {
      get log() {
        return log;
      },
      get child() {
        return backend.child;
      },
      open,
      async topic(partitions) {
        topics += 1;
        const topic = `topic-${topics}`;
        await log.ensureTopic(topic, partitions);
        return topic;
      },
    };

    appendTests(bench);
    groupTests(bench);
    positionTests(bench);
  });
}
