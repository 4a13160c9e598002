/**
 * A process died after its copy; before the next one looked, the owner changed the tags. The next one took the copy for
 * somebody else's, so that its event made the object young again.
 */
import { test } from "vitest";
import { replaySeed } from "../simulation/replay-seed.ts";

test("seed 3755: our copy stays ours, whatever tags its owner gives it", () => replaySeed(3755));
