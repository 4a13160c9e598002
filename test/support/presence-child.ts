/** A process that says who it is and waits to be killed. */
import { processPresence } from "../../src/adapters/system/process-presence.ts";

process.stdout.write(`${processPresence().self}\n`);
process.stdin.resume();
