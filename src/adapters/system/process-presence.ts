/**
 * Which process this is, by `HOST:PID:START`. START tells apart processes that had the same id one after another, boots of
 * a machine, and containers that share its name: by what Linux tells under /proc, elsewhere by a random name.
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Presence } from "../../ports/presence.ts";

/** Field 22, `starttime`, counted from the third one, which follows the command's closing parenthesis. */
const START_TIME_FIELD = 22 - 3;

export function processPresence(): Presence {
  const host = hostname();
  const world = worldId();
  const self = `${host}:${process.pid}:${startId(world)}`;
  return { self, isGone: (holder) => hasEnded(holder, host, world) };
}

/** `true` only for a process that this one would see if it still ran. */
function hasEnded(holder: string, host: string, world: string | null): boolean {
  const [, name, digits, start] = /^(.*):(\d{1,15}):([^:]+)$/s.exec(holder) ?? [];
  if (name !== host || digits === undefined || start === undefined) return false;
  const pid = Number(digits);
  const mark = start.lastIndexOf(".");
  if (world !== null && start.slice(0, mark) !== world) return false;
  if (!isRunning(pid)) return true;
  const since = startTime(pid);
  return since !== null && world !== null && since !== start.slice(mark + 1);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Any other answer (EPERM) is one of a process that is there.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function startId(world: string | null): string {
  const since = startTime(process.pid);
  return world === null || since === null ? randomUUID() : `${world}.${since}`;
}

/** The boot of the machine and the namespace of process ids: within both, an id names one process at a time. */
function worldId(): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const namespace = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "";
    return `${boot}.${namespace}`;
  } catch {
    // No Linux, or a /proc that is hidden: the host's name and the process id have to do.
    return null;
  }
}

/** Ticks from the boot to the process's start; `null` where that is not told. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[START_TIME_FIELD] ?? null;
  } catch {
    // It has just ended, or belongs to a user whose processes are hidden: nothing is known of it.
    return null;
  }
}
