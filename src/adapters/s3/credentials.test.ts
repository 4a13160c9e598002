import { createServer } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { credentialSource } from "./credentials.ts";
import type { S3Options } from "./options.ts";

const HOUR_MS = 3_600_000;
const open: AsyncDisposable[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const each of open.splice(0)) await each[Symbol.asyncDispose]();
});

/** An STS that gives keys for an hour of `now`, and remembers what it was asked. */
async function startSts(now: () => number): Promise<string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      asked.push(body);
      const expires = new Date(now() + HOUR_MS).toISOString();
      response.writeHead(200, { "content-type": "text/xml" });
      response.end(
        `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ROLE${asked.length}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expires}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  open.push(server);
  const address = server.address();
  vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`);
  return asked;
}

const ROLE: Pick<S3Options, "credentials" | "assumeRole" | "region"> = {
  region: "us-east-1",
  credentials: { kind: "static", accessKeyId: "base", secretAccessKey: "secret" },
  assumeRole: { roleArn: "arn:aws:iam::111122223333:role/mover", externalId: "ext-1", sessionName: "night" },
};

describe("credentialSource", () => {
  it("gives written keys as they are and cannot renew them", async () => {
    const source = credentialSource({ region: "us-east-1", credentials: ROLE.credentials }, { now: () => 0 });
    expect(await source.get()).toMatchObject({ accessKeyId: "base", secretAccessKey: "secret" });
    expect(await source.renew()).toBe(false);
  });

  it("takes the role with its external id, once, and again before its keys expire", async () => {
    let nowMs = Date.now();
    const asked = await startSts(() => nowMs);
    const source = credentialSource(ROLE, { now: () => nowMs });
    const first = await Promise.all([source.get(), source.get(), source.get()]);
    expect(first.map(({ accessKeyId }) => accessKeyId)).toEqual(["ROLE1", "ROLE1", "ROLE1"]);
    expect(Object.fromEntries(new URLSearchParams(asked[0]))).toMatchObject({
      Action: "AssumeRole",
      RoleArn: "arn:aws:iam::111122223333:role/mover",
      ExternalId: "ext-1",
      RoleSessionName: "night",
    });
    nowMs += HOUR_MS - 4 * 60_000;
    expect(await source.get()).toMatchObject({ accessKeyId: "ROLE2", sessionToken: "t" });
    expect(await source.renew()).toBe(true);
    expect((await source.get()).accessKeyId).toBe("ROLE3");
  });

  it("says where no credentials were found", async () => {
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials");
    vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent/config");
    const credentials = { kind: "chain", profile: "nobody" } as const;
    const source = credentialSource({ region: "us-east-1", credentials }, { now: () => 0 });
    await expect(source.get()).rejects.toMatchObject({
      code: "ASTRA_STORE_AUTHENTICATION",
      message: expect.stringContaining("the profile nobody"),
    });
  });
});
