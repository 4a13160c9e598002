/** Fetches a real Apache Kafka broker once, as Maven jars, into the ignored `.cache/`. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export const KAFKA_VERSION = "4.3.1";
const LEAST_JAVA = 17;

/** Where jars, and the cluster of the command line, live. */
export const KAFKA_CACHE = resolve(import.meta.dirname, "../../.cache/kafka");

function pomOf(artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(":");
    return `    <dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>kafka-broker</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${dependencies.join("\n")}
  </dependencies>
</project>
`;
}

// Kafka 4 is written against slf4j 1.7, so its Log4j binding is log4j-slf4j-impl and not log4j-slf4j2-impl.
const LOGGING = [
  "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
  "org.apache.logging.log4j:log4j-core:2.25.4",
] as const;
const BROKER = [`org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`, ...LOGGING];
const TOOLS = [`org.apache.kafka:kafka-tools:${KAFKA_VERSION}`, ...LOGGING];

export interface KafkaJars {
  readonly classpath: string;
  readonly java: string;
}

/** Which tool a machine lacks, in words for a skip message. */
export interface KafkaMissing {
  readonly missing: string;
}

/**
 * The broker's classpath and a Java to run it with; the jars are fetched on the first call.
 * @throws Error when Maven is there but can't fetch the jars.
 */
export function ensureKafka(): Promise<KafkaJars | KafkaMissing> {
  return ensureJars(KAFKA_VERSION, BROKER);
}

/** Kafka's own command line tools, as {@link ensureKafka}. */
export function ensureKafkaTools(): Promise<KafkaJars | KafkaMissing> {
  return ensureJars(`${KAFKA_VERSION}-tools`, TOOLS);
}

async function ensureJars(name: string, artifacts: readonly string[]): Promise<KafkaJars | KafkaMissing> {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin", "java") : "java";
  const version = await javaVersion(java);
  if (version === undefined) return { missing: "java is missing" };
  if (version < LEAST_JAVA) return { missing: `java ${LEAST_JAVA} or newer is missing, ${version} is installed` };
  const home = join(KAFKA_CACHE, name);
  const jars = { classpath: join(home, "libs", "*"), java };
  if (existsSync(join(home, "complete"))) return jars;
  if (!(await answers("mvn", ["-v"]))) return { missing: "mvn is missing" };
  await fetchJars(home, pomOf(artifacts));
  return jars;
}

async function fetchJars(home: string, pom: string): Promise<void> {
  await mkdir(KAFKA_CACHE, { recursive: true });
  const work = await mkdtemp(join(KAFKA_CACHE, "fetch-"));
  try {
    await writeFile(join(work, "pom.xml"), pom);
    const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${join(work, "libs")}`];
    await run("mvn", ["-q", "-B", "-f", join(work, "pom.xml"), ...goal], { maxBuffer: 1 << 24 });
    await writeFile(join(work, "complete"), "");
    await rename(work, home);
  } catch (error) {
    // Another process may have been faster with the very same jars.
    if (!existsSync(join(home, "complete"))) throw new Error("Maven could not fetch Apache Kafka", { cause: error });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function javaVersion(java: string): Promise<number | undefined> {
  try {
    const { stderr } = await run(java, ["-version"]);
    const major = /version "(?:1\.)?(\d+)/.exec(stderr)?.[1];
    return major === undefined ? undefined : Number(major);
  } catch {
    // Not there or not runnable: both mean that no broker can run here.
    return undefined;
  }
}

async function answers(program: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(program, [...args]);
    return true;
  } catch {
    return false;
  }
}
