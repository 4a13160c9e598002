/** What was given as a secret comes out nowhere: not in output, logs, errors, plans, files, or the list of processes. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/apps/cli/commands.ts";
import { type CliOptions, type CliResult, astra, start, workFolder } from "../cli/cli.ts";
import { freePort } from "../support/free-port.ts";
import { BUCKET, type SandboxFixture, sandboxFixture } from "../support/sandbox.ts";

/** Each its own, so that a find names where it came from; with characters that JSON, XML and addresses escape. */
const SECRETS = {
  storeKey: "store+key/7fQ2&x=<1>",
  otherKey: "other+key/9mB4&y=<2>",
  sessionToken: "session-token-Zk31vv",
  externalId: "external-id-Hh77pp",
  saslPassword: "sasl password-Jj55ww",
  environmentKey: "environment-key-Rr22tt",
  environmentToken: "environment-token-Uu44ii",
  addressPassword: "address-password-Oo88ss",
} as const;

let folder: Awaited<ReturnType<typeof workFolder>>;
let fixture: SandboxFixture;
let nowhere: number;
const said: { readonly what: string; readonly text: string }[] = [];

beforeAll(async () => {
  folder = await workFolder();
  fixture = await sandboxFixture({ secretKey: SECRETS.storeKey });
  nowhere = await freePort();
  await writeFile(join(folder.path, "astra.yaml"), configuration());
  await writeFile(join(folder.path, "body.bin"), "body");
});

afterAll(async () => {
  await fixture?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

function configuration(log = "log: { path: log.db }"): string {
  const other = `access_key_id: OTHER, secret_access_key: "${SECRETS.otherKey}", session_token: ${SECRETS.sessionToken}`;
  return `bucket: ${BUCKET}
s3:
  endpoint: ${fixture.sandbox.endpoint}
  credentials: { access_key_id: AKIDSANDBOX, secret_access_key: "${SECRETS.storeKey}" }
buckets:
  other: { credentials: { ${other} } }
  assumed:
    region: eu-west-1
    credentials: { ${other} }
    assume_role: { role_arn: "arn:aws:iam::123456789012:role/r", external_id: ${SECRETS.externalId} }
state: { path: state.db }
engine: { strategy: matrix }
${log}
`;
}

/** Runs a command with everything logged, and keeps what it says. */
async function run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const env = {
    ASTRA_LOG_LEVEL: "debug",
    ASTRA_DEBUG: "1",
    AWS_ACCESS_KEY_ID: "ENVIRONMENT",
    AWS_SECRET_ACCESS_KEY: SECRETS.environmentKey,
    AWS_SESSION_TOKEN: SECRETS.environmentToken,
    ...options.env,
  };
  const result = await astra(args, { cwd: folder.path, ...options, env });
  said.push({ what: `astra ${args[0]}`, text: result.stdout + result.stderr });
  return result;
}

/** As it is, and as JSON, XML, an address and base64 would write it. */
function formsOf(secret: string): readonly string[] {
  const xml = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return [secret, xml, encodeURIComponent(secret), encodeURI(secret), Buffer.from(secret).toString("base64")];
}

function expectNone(what: string, text: string | Buffer): void {
  for (const [name, secret] of Object.entries(SECRETS)) {
    const found = formsOf(secret).filter((form) => text.includes(form));
    expect(found, `${name} in ${what}`).toEqual([]);
  }
}

test("in what commands say and keep, at the level of debug", async () => {
  await run(["generate-event", "a.bin", "backup_b.zip"]);
  expect(await run(["consume", "--drain", "--workers", "2"])).toMatchObject({ status: 0 });
  expect(await run(["upload", "body.bin"])).toMatchObject({ status: 0 });
  const old = { access_count: 0, created_timestamp: "2024-01-01T00:00:00" };
  await writeFile(join(folder.path, "old.json"), JSON.stringify({ "a.bin": old, "backup_b.zip": old }));
  await run(["metadata", "import", "old.json"]);
  expect(await run(["plan", "--out", "plan.json", "--html", "plan.html"])).toMatchObject({ status: 0 });
  expect(await run(["apply", "plan.json", "--yes"])).toMatchObject({ status: 0 });
  for (const args of [["doctor"], ["doctor", "--json"], ["runs", "--json"], ["report", "--json"], ["audit", "list"]])
    await run(args);
  await run(["audit", "export", "--json"]);
  await run(["explain", "a.bin", "--json"]);
  await run(["metadata", "export"]);
  await run(["iam", "policy"]);
  for (const { what, text } of said) expectNone(what, text);
  const files = await readdir(folder.path, { recursive: true, withFileTypes: true });
  const kept = files.filter((file) => file.isFile() && file.name !== "astra.yaml");
  expect(kept.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["state.db", "log.db", "plan.json", "plan.html"]),
  );
  for (const { parentPath, name } of kept) expectNone(name, await readFile(join(parentPath, name)));
}, 120_000);

describe("in errors", () => {
  test.each([
    ["a secret that the store refuses", ["list", "--bucket", "other"], {}, "ASTRA_STORE_AUTHENTICATION"],
    ["a role that cannot be had", ["list", "--bucket", "assumed"], {}, "ASTRA_STORE_AUTHENTICATION"],
    ["an environment with a password in an address", ["list"], { AWS_ENDPOINT_URL: "ADDRESS" }, "ASTRA_CONFIG_INVALID"],
    [
      "a body with a password in its address",
      ["generate-event", "x", "--source", "ADDRESS"],
      {},
      "ASTRA_EVENT_INVALID",
    ],
    ["an option with a password in its address", ["list", "--s3-endpoint", "ADDRESS"], {}, "ASTRA_CONFIG_INVALID"],
  ])("%s", async (_, args, env, code) => {
    const address = `https://ann:${SECRETS.addressPassword}@127.0.0.1:${nowhere}/a`;
    const given = (text: string): string => text.replace("ADDRESS", address);
    const environment = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, given(value)]));
    const sts = { AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${nowhere}`, AWS_MAX_ATTEMPTS: "1", ...environment };
    const isOwn = "AWS_ENDPOINT_URL" in env;
    if (isOwn) await writeFile(join(folder.path, "bare.yaml"), `bucket: ${BUCKET}\n`);
    for (const more of [[], ["--json"]]) {
      const call = [...args.map(given), ...more, ...(isOwn ? ["--config", "bare.yaml"] : [])];
      const result = await run(call, { env: sts });
      expect(result.stdout + result.stderr).toContain(code);
      expectNone(call[0] ?? "", result.stdout + result.stderr);
    }
  });

  test("a broker that is not there", async () => {
    const sasl = `sasl: { username: ann, password: "${SECRETS.saslPassword}" }`;
    const log = `log: { kind: kafka, kafka: { brokers: ["127.0.0.1:${nowhere}"], ${sasl} } }`;
    await writeFile(join(folder.path, "kafka.yaml"), configuration(log));
    for (const args of [["doctor"], ["generate-event", "x"], ["consume", "--drain"]]) {
      const result = await run([...args, "--config", "kafka.yaml"]);
      expect(result.stdout + result.stderr).toContain("ASTRA_LOG_UNREACHABLE");
      expectNone(args[0] ?? "", result.stdout + result.stderr);
    }
  }, 60_000);

  test.each([
    `s3: { credentials: { access_key_id: A, secret_access_key: "${SECRETS.storeKey}", colour: red } }`,
    `s3:\n  credentials:\n    access_key_id: A\n    secret_access_key: ["${SECRETS.storeKey}"]`,
    `s3:\n  credentials:\n    access_key_id: A\n    secret_access_key:\n      - ${SECRETS.otherKey}`,
    `s3:\n  credentials:\n    access_key_id: A\n    secret_access_key: |\n      ${SECRETS.otherKey}\n   x: [`,
    `s3:\n  credentials:\n    access_key_id: A\n    secret_access_key: *${SECRETS.sessionToken}`,
    `s3:\n  credentials:\n    access_key_id: A\n    secret_access_key: !${SECRETS.sessionToken}`,
    `s3:\n  credentials:\n    access_key_id: A\n    secret_access_key: |${SECRETS.sessionToken}`,
    `s3: { assume_role: { external_id: ${SECRETS.externalId}, arn: x } }`,
    `s3:\n  endpoint: "https://ann:${SECRETS.addressPassword}@127.0.0.1"`,
    `s3:\n  endpoint: "ftp://${SECRETS.addressPassword}@127.0.0.1"`,
    `log: { kind: kafka, kafka: { brokers: ["ann:${SECRETS.addressPassword}@broker:9092"] } }`,
    `log: { kafka: { brokers: ["b:1"], sasl: { user: ann, password: "${SECRETS.saslPassword}" } } }`,
    `log: { kafka: { brokers: ["b:1"], sasl: { username: [ann], password: "${SECRETS.saslPassword}" } }`,
  ])("a configuration at fault, %#", async (text) => {
    await writeFile(join(folder.path, "faulty.yaml"), `bucket: ${BUCKET}\n${text}\n`);
    for (const more of [[], ["--json"]]) {
      const result = await run(["list", "--config", "faulty.yaml", ...more]);
      expect(result.status).toBe(64);
      expect(result.stdout + result.stderr).toContain("ASTRA_CONFIG_INVALID");
      expectNone("the refusal", result.stdout + result.stderr);
    }
  });
});

test("in the list of processes, with workers of its own", async () => {
  const child = start(["consume", "--workers", "2"], {
    cwd: folder.path,
    env: { AWS_SECRET_ACCESS_KEY: SECRETS.environmentKey, ASTRA_S3_CREDENTIALS_SESSION_TOKEN: SECRETS.sessionToken },
  });
  const processes = async (): Promise<string> => (await promisify(execFile)("ps", ["-ww", "-eo", "args"])).stdout;
  await expect.poll(async () => (await processes()).match(/main\.ts consume|worker/g)?.length ?? 0).toBeGreaterThan(0);
  expectNone("the list of processes", await processes());
  child.kill("SIGTERM");
  await once(child, "close");
});

test("no option takes a secret, but the one of the sandbox, whose key protects nothing", () => {
  const flags = COMMANDS.flatMap(({ name, options = [] }) => options.map((option) => `${name} ${option.flags}`));
  expect(flags.filter((each) => /secret|password|token|external/i.test(each))).toEqual(["sandbox --secret-key <key>"]);
});
