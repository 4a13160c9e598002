import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AstraError } from "../core/errors.ts";
import { type LoadConfigInput, loadConfig, readNamedFile } from "./load.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "astra-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string | Uint8Array, more: Partial<LoadConfigInput> = {}): ReturnType<typeof loadConfig> {
  const file = join(folder, "astra.yaml");
  writeFileSync(file, yaml);
  return loadConfig({ file, environment: {}, flags: [], ...more });
}

function fault(act: () => unknown): AstraError {
  try {
    act();
  } catch (error) {
    if (error instanceof AstraError) return error;
    throw error;
  }
  throw new Error("no error was thrown");
}

describe("precedence", () => {
  test("defaults stand where nothing is said", () => {
    const { config, warnings } = load("");
    expect(config).toMatchObject({
      log: { kind: "sqlite", partitions: 8 },
      engine: { window_days: 90, classes: { cold: "GLACIER" } },
    });
    expect(warnings).toEqual([]);
  });

  test("flags over environment over file, field by field", () => {
    const yaml = "bucket: from-file\nlog: { topic: file-topic, group: file-group, partitions: 3 }";
    const { config } = load(yaml, {
      environment: { ASTRA_LOG_TOPIC: "env-topic", ASTRA_LOG_GROUP: "env-group" },
      flags: [{ path: ["log", "group"], flag: "--group", value: "flag-group" }],
    });
    expect(config).toMatchObject({
      bucket: "from-file",
      log: { topic: "env-topic", group: "flag-group", partitions: 3 },
    });
  });

  test("variables are read as their field's type", () => {
    const { config } = load("", {
      environment: {
        ASTRA_ENGINE_WINDOW_DAYS: "lifetime",
        ASTRA_ENGINE_EXCLUDED_PRINCIPALS: "crawler, backup",
        ASTRA_LOG_CREATE_TOPICS: "no",
        ASTRA_ENGINE_MAX_PAYBACK_DAYS: "90.5",
        ASTRA_LOG_TOPIC: "2026",
        ASTRA_S3_REGION: "",
      },
    });
    expect(config.engine).toMatchObject({
      window_days: "lifetime",
      excluded_principals: ["crawler", "backup"],
      max_payback_days: 90.5,
    });
    expect(config.log).toMatchObject({ create_topics: false, topic: "2026" });
    expect(config.s3.region).toBeUndefined();
  });

  test("a variable that names no field is a warning with the nearest one", () => {
    const { warnings } = load("", { environment: { ASTRA_LOG_PARTITION: "3", ASTRA_LOG_LEVEL: "debug", OTHER: "x" } });
    expect(warnings).toEqual([
      "the variable ASTRA_LOG_PARTITION names no field of the configuration; did you mean ASTRA_LOG_PARTITIONS?",
    ]);
  });

  test("without astra.yaml there are only defaults", () => {
    expect(loadConfig({ environment: {}, flags: [] }).file).toBeNull();
  });
});

describe("faults name their place", () => {
  test.each([
    ["an unknown field", "log:\n  topik: x\n", ":2:3", "unknown field log.topik; did you mean topic?"],
    ["a field far from any", "zebra: 1\n", ":1:1", "unknown field zebra; known here: bucket, s3, buckets"],
    ["a wrong type", "log:\n  partitions: many\n", ":2:15", "log.partitions: must be a number"],
    ["a number out of range", "log: { partitions: 0 }\n", ":1:20", "log.partitions: must be at least 1"],
    ["a word that is none of the choices", "log:\n  kind: files\n", ":2:9", "log.kind: must be one of sqlite, kafka"],
    [
      "an address without a scheme",
      "s3:\n  endpoint: localhost\n",
      ":2:13",
      "s3.endpoint: must be an http or https address",
    ],
    [
      "a missing part",
      "s3:\n  credentials:\n    access_key_id: A\n",
      ":3:5",
      "s3.credentials.secret_access_key: is missing",
    ],
    ["a bad bucket name as a key", "buckets:\n  Bad_Name: {}\n", ":2:3", "must be a bucket name"],
    [
      "neither of two types",
      "engine:\n  window_days: [1]\n",
      ":2:16",
      "engine.window_days: must be a number, or must be one of lifetime",
    ],
    ["a key twice", "bucket: aaa\nbucket: bbb\n", ":2:1", "Map keys must be unique"],
    ["broken YAML", "log:\n  topic: [a\n", ":3:1", "Flow sequence"],
    ["a tag", "bucket: !!js/function 'x'\n", ":1:9", "Unresolved tag"],
    ["a tab", "log:\n\ttopic: x\n", ":2:1", "Tabs are not allowed"],
    ["a list at the top", "- a\n", ":1:1", "must be a mapping"],
    ["Kafka without brokers", "log:\n  kind: kafka\n", ":2:9", "log.kafka.brokers is not set"],
  ])("%s", (_what, yaml, place, message) => {
    const error = fault(() => load(yaml));
    expect(error.message).toContain(message);
    expect(error.where).toBe(join(folder, "astra.yaml") + place);
    expect(error.fix).not.toBe("");
  });

  test("every fault is told, in the order of the file, with its line and a mark", () => {
    const error = fault(() => load("bukket: a\nlog:\n  partitions: many\n"));
    expect(error.message).toBe(
      [
        "unknown field bukket; did you mean bucket?",
        "  1 | bukket: a",
        "    | ^",
        `${join(folder, "astra.yaml")}:3:15: log.partitions: must be a number`,
        "  3 |   partitions: many",
        "    |               ^",
      ].join("\n"),
    );
  });

  test("a secret on the line is not shown", () => {
    const error = fault(() => load("s3:\n  credentials: { access_key_id: A, secret_access_key: 123456789 }\n"));
    expect(error.message).toContain("secret_access_key");
    expect(error.message).not.toContain("123456789");
  });

  test("a variable or flag is named itself", () => {
    expect(fault(() => load("", { environment: { ASTRA_LOG_PARTITIONS: "0" } })).where).toBe("ASTRA_LOG_PARTITIONS");
    expect(fault(() => load("", { environment: { ASTRA_LOG_CREATE_TOPICS: "maybe" } })).where).toBe(
      "ASTRA_LOG_CREATE_TOPICS",
    );
    expect(fault(() => load("", { flags: [{ path: ["bucket"], flag: "--bucket", value: "A B" }] })).where).toBe(
      "--bucket",
    );
  });
});

describe("files that can't be used", () => {
  test("missing, not UTF-8, too large, or aliases without end", () => {
    expect(fault(() => loadConfig({ file: join(folder, "none"), environment: {}, flags: [] }))).toMatchObject({
      code: "ASTRA_CONFIG_UNREADABLE",
    });
    expect(fault(() => load(Uint8Array.of(0xff, 0xfe, 0x00)))).toMatchObject({
      code: "ASTRA_CONFIG_UNREADABLE",
      message: expect.stringContaining("not UTF-8") as string,
    });
    expect(fault(() => load(`# ${"x".repeat(2_000_000)}`))).toMatchObject({ code: "ASTRA_CONFIG_INVALID" });
    const layers = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
    for (const [before, name] of ["ab", "bc", "cd", "de", "ef"].map((pair) => pair.split(""))) {
      layers.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(", ")}]`);
    }
    expect(fault(() => load(layers.join("\n"))).message).toContain("alias");
  });
});

describe("a file that a field names", () => {
  test("has to be UTF-8: a hold on characters that were put in for others would hold nothing", () => {
    const file = join(folder, "policies.yaml");
    writeFileSync(file, Buffer.from("policies:\n  - { name: a, pattern: caf\u00e9-*, ignore: true }\n", "latin1"));
    const { code, message, where, fix } = fault(() => readNamedFile(file, "`policies`"));
    expect(code).toBe("ASTRA_CONFIG_UNREADABLE");
    expect(message).toBe("the file named by `policies` is not UTF-8 text");
    expect([where, fix]).toEqual([file, "Save the file as UTF-8."]);
  });

  test("may begin with a byte order mark", () => {
    const file = join(folder, "prices.json");
    writeFileSync(file, "\ufeff{}");
    expect(readNamedFile(file, "`prices`")).toBe("{}");
  });
});
