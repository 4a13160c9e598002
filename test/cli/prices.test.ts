import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CliResult, astra, oneLine, record, startSandboxProcess, workFolder, writeConfig } from "./cli.ts";

const CASES = fileURLToPath(new URL("../cases/prices/", import.meta.url));
const AWS_LIST = join(CASES, "aws-price-list.json");

let folder: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  folder = await workFolder();
  const override = {
    base: "aws-us-east-1",
    version: "ours",
    discountPercent: 12,
    prices: { "STANDARD.storage[0]": 0.02 },
  };
  await writeFile(join(folder.path, "ours.json"), JSON.stringify(override));
});
afterAll(async () => {
  await folder?.[Symbol.asyncDispose]();
});

const run = (args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> =>
  astra(["prices", ...args], { cwd: folder.path, env });

function refused(result: CliResult, says: RegExp, where: RegExp): void {
  expect(result).toMatchObject({ status: 64, stdout: "" });
  expect(result.stderr).toMatch(says);
  expect(result.stderr).toMatch(where);
  expect(result.stderr).toMatch(/^ {2}fix: {3}\S/m);
  expect(result.stderr).not.toMatch(/^\s+at /m);
}

describe.concurrent("prices show", () => {
  test("tells the book that decisions are made by, with every source", async () => {
    const result = await run(["show"]);
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(result.stdout).toMatch(/^aws-us-east-1-2026-09-22: s3 us-east-1, USD, as of 2026-09-22\n/);
    expect(result.stdout).toMatch(/^STANDARD_IA +warm +instant +0\.0125 +0\.01 +0\.001 +0\.01 +0\.01 +30$/m);
    expect(result.stdout).toMatch(/^egress +0\.09\? +GB$/m);
    expect(result.stdout).toContain("1 price marked ? is uncertain and counts as unknown");
    expect(result.stdout).toContain("Built-in books: aws-us-east-1, azure-eastus-lrs, gcs-us-east1");
  });

  test("lists every price of a named book with its path and source", async () => {
    const result = await run(["show", "gcs-us-east1", "--all"]);
    expect(result.stdout).toMatch(/^COLDLINE\.put +0\.02\? +1k requests +uncertain +K$/m);
    expect(result.stdout).toMatch(/^tagMonth +unknown +tag a month$/m);
  });

  test("gives one line of JSON, unknown prices null", async () => {
    const shown = oneLine(await run(["show", "azure-eastus-lrs", "--allow-uncertain", "--json"]));
    expect(shown).toMatchObject({ ok: true, allowsUncertain: true, book: { provider: "azure", currency: "USD" } });
    const prices = (shown["prices"] as readonly unknown[]).map(record);
    const at = (path: string) => prices.find((each) => each["path"] === path);
    expect(at("Hot.storage[0]")).toEqual({
      path: "Hot.storage[0]",
      storageClass: "Hot",
      unit: "GB-month",
      upToGb: 51_200,
      amount: 0.0208,
      confidence: "read",
      source: "Z",
    });
    expect(at("egress")).toMatchObject({ amount: null, confidence: null, source: null });
  });

  test("takes the book from a flag, the environment or the configuration", async () => {
    await writeFile(join(folder.path, "gcs.yaml"), "prices: gcs-us-east1\nprices_allow_uncertain: true\n");
    const versions = await Promise.all([
      run(["show", "--prices", "ours.json", "--json"]),
      run(["show", "--json"], { ASTRA_PRICES: "azure-eastus-lrs" }),
      run(["show", "--config", "gcs.yaml", "--json"]),
    ]);
    const shown = versions.map(oneLine);
    expect(shown.map((each) => record(each["book"])["version"])).toEqual([
      "ours",
      "azure-eastus-lrs-2026-09",
      "gcs-us-east1-2026-11-23",
    ]);
    expect(shown.map((each) => each["allowsUncertain"])).toEqual([false, false, true]);
  });

  test("names the books where there is none of the name", async () => {
    refused(await run(["show", "aws-us-east-2"]), /did you mean aws-us-east-1\?/, /where: aws-us-east-2/);
  });
});

describe("--prices", () => {
  test("is what a plan reckons with, and a bad file stops it before anything is done", async () => {
    await using sandbox = await startSandboxProcess("data");
    await writeConfig(folder.path, sandbox.endpoint, "data");
    await writeFile(join(folder.path, "bad.json"), '{"base": "aws-us-east-1", "discountPercent": "lots"}');
    const planWith = (book: string) => astra(["plan", "--prices", book, "--json"], { cwd: folder.path });
    const good = await planWith("ours.json");
    expect(record(oneLine(good)["plan"])["priceBook"]).toBe("ours");
    const bad = await planWith("bad.json");
    expect(bad.status).toBe(64);
    expect(record(oneLine(bad)["error"])).toMatchObject({ code: "ASTRA_PRICES_INVALID", where: "bad.json:1:27" });
  });
});

describe.concurrent("prices diff", () => {
  test("shows what is not the same, with the change in percent", async () => {
    const result = await run(["diff", "aws-us-east-1", "ours.json"]);
    expect(result.status).toBe(0);
    expect(result.stdout).toMatch(/^STANDARD\.storage\[0\] +0\.023 +0\.02 +-13\.0 % +GB-month$/m);
    expect(result.stdout).toMatch(/^STANDARD\.put +0\.005 +0\.0044 +-12\.0 % +1,000 requests$/m);
    const json = oneLine(await run(["diff", "aws-us-east-1", "aws-us-east-1", "--json"]));
    expect(json).toMatchObject({ ok: true, differences: [] });
  });
});

describe.concurrent("prices check", () => {
  test("says what a good file holds", async () => {
    const json = oneLine(await run(["check", "ours.json", "--json"]));
    expect(json).toMatchObject({ ok: true, version: "ours", provider: "s3", uncertain: ["egress"] });
  });

  test.each([
    ["negative.json", '{"base": "aws-us-east-1",\n "prices": {"list": -1}}', /at least 0/, /negative\.json:2:13/],
    ["nan.json", '{"base": "aws-us-east-1",\n "prices": {"list": NaN}}', /"NaN" is no value/, /nan\.json:2:21/],
    ["euro.json", '{"base": "aws-us-east-1",\n "currency": "EUR"}', /must be USD/, /euro\.json:2:2/],
    ["missing.json", '{"version": "x"}', /provider: .*/, /missing\.json:1:1/],
    ["torn.json", '{"base": "aws-us', /not JSON/, /torn\.json:1:/],
  ])("%s is refused with its place", async (name, text, says, where) => {
    await writeFile(join(folder.path, name), text);
    refused(await run(["check", name]), says, where);
    refused(await run(["show", "--prices", name]), /ASTRA_PRICES_INVALID/, where);
  });

  test("a file that is not there", async () => {
    refused(await run(["check", "nowhere.json"]), /cannot be read/, /where: nowhere\.json/);
  });
});

describe.concurrent("prices import", () => {
  test("makes a book of the AWS list that --prices takes", async () => {
    const json = oneLine(await run(["import", AWS_LIST, "--out", "aws.json", "--json"]));
    expect(json).toMatchObject({ ok: true, out: "aws.json", isComplete: false, missing: ["egress"], notes: [] });
    const shown = await run(["show", "--prices", "aws.json"]);
    expect(shown.stdout).toMatch(/^aws-price-list-us-east-1-2026-09-22: s3/);
    expect(shown.stdout).toMatch(/AWS Price List, AmazonS3, us-east-1, published 2026-09-22T00:00:00Z/);
  });

  test("makes a book of the Azure list, and says what it lacks", async () => {
    const result = await run(["import", join(CASES, "azure-retail-prices.json"), "--out", "azure.json"]);
    expect(result).toMatchObject({ status: 0, stderr: "" });
    expect(result.stdout).toContain("Not in the list, so unknown in the book: Smart.storage[0]");
    const diff = oneLine(await run(["diff", "azure-eastus-lrs", "azure.json", "--json"]));
    const paths = (diff["differences"] as readonly unknown[]).map((each) => String(record(each)["path"]));
    expect(paths.every((path) => path.startsWith("Smart."))).toBe(true);
  });

  test("warns of a page that is not the last", async () => {
    const list = record(JSON.parse(await readFile(join(CASES, "azure-retail-prices.json"), "utf8")));
    const page = { ...list, NextPageLink: "https://prices.azure.com/api/retail/prices?$skip=100" };
    await writeFile(join(folder.path, "page.json"), JSON.stringify(page));
    const result = await run(["import", "page.json", "--out", "partial.json"]);
    expect(result.stderr).toContain("one page of several");
  });

  test("refuses another currency, an unknown region and what is no price list, and writes nothing", async () => {
    const text = await readFile(AWS_LIST, "utf8");
    await writeFile(join(folder.path, "cny.json"), text.replaceAll('"USD"', '"CNY"'));
    await writeFile(join(folder.path, "other.json"), '{"hello": 1}');
    await writeFile(join(folder.path, "broken.json"), text.replace('"AmazonS3"', '"AmazonEC2"'));
    refused(await run(["import", "cny.json", "--out", "x.json"]), /is in CNY; it must be in USD/, /cny\.json:\d+:\d+/);
    refused(await run(["import", AWS_LIST, "--region", "mars-1", "--out", "x.json"]), /it has us-east-1/, /--region/);
    refused(await run(["import", "other.json", "--out", "x.json"]), /no price list that is known/, /other\.json/);
    refused(await run(["import", "broken.json", "--out", "x.json"]), /offerCode/, /broken\.json:\d+:\d+/);
    await expect(readFile(join(folder.path, "x.json"))).rejects.toThrow(/ENOENT/);
  });
});

test("a group of commands without a command says which there are", async () => {
  const result = await astra(["prices"], { cwd: folder.path });
  expect(result.status).toBe(64);
  expect(result.stderr).toContain("the command is not complete (ASTRA_USAGE_INVALID)");
  expect(result.stderr).toContain("prices show, prices diff, prices check, prices import");
});
