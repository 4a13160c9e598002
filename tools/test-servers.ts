/** Fetches the independent S3 servers of the conformance suite into `.cache/`; what cannot be had is named. */
import { execFile } from "node:child_process";
import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const CACHE = join(import.meta.dirname, "..", ".cache");

const MOTO = "moto[server,s3]==5.2.5";
const SPARK = "pyspark==4.3.0";
const S3MOCK_VERSION = "5.2.0";
const S3MOCK_JAR = `s3mock-${S3MOCK_VERSION}-exec.jar`;

export interface Missing {
  /** `python3 is missing` */
  readonly missing: string;
}

/** A Python that can run `python -m moto.server`. */
export async function ensureMoto(): Promise<{ readonly python: string } | Missing> {
  return ensureVenv("moto", MOTO, "import moto.server");
}

/** A Python with Spark, which takes Java 17 or newer: 450 MB to fetch, and about a minute to install. */
export async function ensureSpark(): Promise<{ readonly python: string } | Missing> {
  const java = await javaMajor();
  if (java === null) return { missing: "java is missing" };
  if (java < 17) return { missing: `java 17 is missing (this is java ${java})` };
  return ensureVenv("spark", SPARK, "import pyspark");
}

/** @param check a line of Python that works once the requirement is there */
async function ensureVenv(
  name: string,
  requirement: string,
  check: string,
): Promise<{ readonly python: string } | Missing> {
  const venv = join(CACHE, name);
  const python = join(venv, "bin", "python");
  const marker = join(venv, `.installed-${requirement.replaceAll(/[^\w.]+/g, "-")}`);
  const isReady = async (): Promise<boolean> => (await exists(marker)) && (await works(python, ["-c", check]));
  if (await isReady()) return { python };
  if (!(await works("python3", ["--version"]))) return { missing: "python3 is missing" };
  return oneAtATime(venv, async () => {
    if (await isReady()) return { python };
    try {
      await rm(venv, { recursive: true, force: true });
      await run("python3", ["-m", "venv", venv]);
      await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement]);
      await writeFile(marker, "");
      return { python };
    } catch (error) {
      return { missing: `${requirement} could not be installed: ${firstLine(error)}` };
    }
  });
}

/** The executable jar; it takes Java 17 or newer to run. */
export async function ensureS3Mock(): Promise<{ readonly jar: string } | Missing> {
  const java = await javaMajor();
  if (java === null) return { missing: "java is missing" };
  if (java < 17) return { missing: `java 17 is missing (this is java ${java})` };
  const directory = join(CACHE, "jars");
  const jar = join(directory, S3MOCK_JAR);
  if (await exists(jar)) return { jar };
  if (!(await works("mvn", ["--version"]))) return { missing: "mvn (Maven) is missing" };
  return oneAtATime(jar, async () => {
    if (await exists(jar)) return { jar };
    try {
      await run("mvn", [
        "-q",
        "-B",
        "dependency:copy",
        `-Dartifact=com.adobe.testing:s3mock:${S3MOCK_VERSION}:jar:exec`,
        `-DoutputDirectory=${directory}`,
      ]);
      return { jar };
    } catch (error) {
      return { missing: `${S3MOCK_JAR} could not be fetched: ${firstLine(error)}` };
    }
  });
}

/** Several test processes may want the same; one fills the place in the cache, and the others wait for it. */
async function oneAtATime<T>(place: string, work: () => Promise<T>): Promise<T> {
  const lock = `${place}.lock`;
  await mkdir(dirname(lock), { recursive: true });
  while (!(await takeLock(lock))) await setTimeout(250);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    // A lock whose holder was killed is nobody's.
    const holder = Number(await readFile(lock, "utf8").catch(() => ""));
    if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function javaMajor(): Promise<number | null> {
  try {
    // `java -version` writes to stderr: openjdk version "17.0.15" 2025-04-15
    const { stderr } = await run("java", ["-version"]);
    const major = /version "(\d+)/.exec(stderr)?.[1];
    return major === undefined ? null : Number(major);
  } catch {
    return null;
  }
}

async function works(command: string, args: readonly string[]): Promise<boolean> {
  return run(command, [...args]).then(
    () => true,
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function firstLine(error: unknown): string {
  const text = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  return text.trim().split("\n").at(-1) ?? text;
}
