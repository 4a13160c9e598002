/** Fetches the independent S3 servers of the conformance suite into `.cache/`; what cannot be had is named. */
import { execFile } from "node:child_process";
import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const CACHE = join(import.meta.dirname, "..", ".cache");

const MOTO = "moto[server,s3]==5.2.5";
const S3MOCK_VERSION = "5.2.0";
const S3MOCK_JAR = `s3mock-${S3MOCK_VERSION}-exec.jar`;

export interface Missing {
  /** `python3 is missing` */
  readonly missing: string;
}

/** A Python that can run `python -m moto.server`. */
export async function ensureMoto(): Promise<{ readonly python: string } | Missing> {
  const venv = join(CACHE, "moto");
  const python = join(venv, "bin", "python");
  const marker = join(venv, `.installed-${MOTO.replaceAll(/[^\w.]+/g, "-")}`);
  if ((await exists(marker)) && (await works(python, ["-c", "import moto.server"]))) return { python };
  if (!(await works("python3", ["--version"]))) return { missing: "python3 is missing" };
  return oneAtATime(venv, async () => {
    try {
      await rm(venv, { recursive: true, force: true });
      await run("python3", ["-m", "venv", venv]);
      await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", MOTO]);
      await writeFile(marker, "");
      return { python };
    } catch (error) {
      return { missing: `${MOTO} could not be installed: ${firstLine(error)}` };
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

/** Test files run in processes of their own; only one of them may fill a place in the cache. */
async function oneAtATime<T>(place: string, work: () => Promise<T>): Promise<T | Missing> {
  const lock = `${place}.lock`;
  await mkdir(CACHE, { recursive: true });
  try {
    await mkdir(lock, { recursive: false });
  } catch {
    return { missing: `${lock} exists: another process is filling it, or was stopped while it did; remove it` };
  }
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
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
