/**
 * A run ended while some of its moves waited for a restore. A later process brought them to their end and died before it
 * wrote that into the run's record: the lines were closed, so nobody looked at that run again, and its counts stayed wrong.
 */
import { test } from "vitest";
import { replaySeed } from "../simulation/replay-seed.ts";

test("seed 1653: a run's counts are those of its journal, whoever dies", () => replaySeed(1653));
