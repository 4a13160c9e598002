/** The rounds that both logs share: the same events, the same state, the same check. */
import { type CaseReport, type Round, check } from "./bench-case.ts";
import { type Place, openPlace, scratchFolder } from "./bench-context.ts";
import { expectedReads } from "./access-events.ts";
import { measure } from "./measured-process.ts";
import { type BenchOptions, amount } from "./options.ts";
import { type Outcome, phaseOf } from "./outcome.ts";
import type { LogInput } from "./work/log.ts";

const EVENTS = 100_000;

export async function logReport(options: BenchOptions, brokers: readonly string[] | null): Promise<CaseReport> {
  const events = amount(options.events, EVENTS, options.quick);
  const rounds: { readonly produce: Round[]; readonly consume: Round[]; readonly both: Round[] } = {
    produce: [],
    consume: [],
    both: [],
  };
  let bytes = 0;
  for (let round = 1; round <= options.rounds; round++) {
    await using folder = await scratchFolder();
    const place = { folder: folder.path, bucket: `log-${round}`, endpoint: null, brokers: brokers && [...brokers] };
    const outcome = await measure("log", { place, events } satisfies LogInput, options.profile);
    await checkRound(place, events, outcome);
    const { rssPeakBytes, found } = outcome;
    const [produce, consume] = [phaseOf(outcome, "produce"), phaseOf(outcome, "consume")];
    const both = {
      units: events,
      wallSeconds: produce.wallSeconds + consume.wallSeconds,
      cpuSeconds: produce.cpuSeconds + consume.cpuSeconds,
    };
    rounds.produce.push({ phase: produce, rssPeakBytes, processCpuSeconds: null });
    rounds.consume.push({ phase: consume, rssPeakBytes, processCpuSeconds: null });
    rounds.both.push({ phase: both, rssPeakBytes, processCpuSeconds: outcome.processCpuSeconds });
    bytes = Number(found["bytes"]);
  }
  return {
    unit: "event",
    main: { name: "produce and consume", rounds: rounds.both },
    parts: [
      { name: "produce", rounds: rounds.produce },
      { name: "consume into the state", rounds: rounds.consume },
    ],
    peers: [],
    detail: {
      events,
      bytesPerEvent: Math.round(bytes / events),
      checked: "offsets, lag, and the accesses of every object in the state, by a second reader",
    },
  };
}

async function checkRound(place: Place, events: number, { found }: Outcome): Promise<void> {
  const { produced, consumed, deadLettered, duplicates } = found;
  const expected = { produced: events, consumed: events, deadLettered: 0, duplicates: 0 };
  check("what the work counted", { produced, consumed, deadLettered, duplicates }, expected);
  await using reader = await openPlace(place);
  const { topic, group } = reader.config.log;
  const lag = await reader.log.lag(topic, group);
  const sum = (field: "end" | "first" | "lag"): number => lag.reduce((total, each) => total + Number(each[field]), 0);
  check("records in the log", sum("end") - sum("first"), events);
  check("lag", sum("lag"), 0);
  const reads = expectedReads(events);
  for await (const page of reader.state.objects({ bucket: place.bucket })) {
    for (const { key, access } of page) {
      check(`accesses of ${key}`, access.lifetimeReads, reads.get(key) ?? 0);
      reads.delete(key);
    }
  }
  check("objects missing in the state", reads.size, 0);
}
