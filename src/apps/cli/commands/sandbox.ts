import { EXIT } from "../../../core/errors.ts";
import type { CommandSpec } from "../command.ts";
import { wholeNumber } from "../parse-options.ts";

const DEFAULTS = { host: "127.0.0.1", port: 9000, accessKey: "sandbox", secretKey: "sandbox-secret", byteScale: 1 };

export const sandbox: CommandSpec = {
  name: "sandbox",
  group: "Start here",
  summary: "Run an S3-compatible server on this machine that keeps storage classes and a bill.",
  details: "Everything is in memory and gone when it ends. Runs until Ctrl-C.",
  usesConfig: false,
  options: [
    {
      flags: "--port <n>",
      summary: "Port; 0 for any free one.",
      parse: wholeNumber(0, 65_535),
      shownDefault: String(DEFAULTS.port),
    },
    { flags: "--host <address>", summary: "Address to listen on.", shownDefault: DEFAULTS.host },
    {
      flags: "--access-key <key>",
      summary: "Access key that requests must be signed with.",
      shownDefault: DEFAULTS.accessKey,
    },
    { flags: "--secret-key <key>", summary: "Its secret key.", shownDefault: DEFAULTS.secretKey },
    { flags: "--bucket <name>", summary: "Bucket to create; may be repeated.", isRepeatable: true },
    {
      flags: "--byte-scale <n>",
      summary: "Store, list and bill a body of n bytes as n × this many.",
      parse: wholeNumber(1, 1_000_000_000),
      shownDefault: "1",
    },
  ],
  examples: [
    ["astra sandbox --port 9000 --access-key A --secret-key S --bucket data", "a store to try everything against"],
    ["astra sandbox --port 0 --byte-scale 1024 --json", "any free port, and small bodies that count as large ones"],
  ],
  async run(call) {
    const { openSandbox } = await import("../../wiring.ts");
    const accessKey = call.text("accessKey") ?? DEFAULTS.accessKey;
    const secretKey = call.text("secretKey") ?? DEFAULTS.secretKey;
    const buckets = call.list("bucket");
    const { signal } = call;
    const server = await openSandbox({
      host: call.text("host") ?? DEFAULTS.host,
      port: call.number("port") ?? DEFAULTS.port,
      byteScale: call.number("byteScale") ?? DEFAULTS.byteScale,
      accessKey,
      secretKey,
      buckets,
    });
    try {
      const { endpoint } = server;
      await call.terminal.show({
        json: { ok: true, endpoint, accessKey, buckets },
        text: () => sandboxText(endpoint, accessKey, secretKey, buckets),
      });
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    } finally {
      await server.close();
    }
    return EXIT.done;
  },
};

function sandboxText(endpoint: string, accessKey: string, secretKey: string, buckets: readonly string[]): string {
  const bucket = buckets[0] === undefined ? [] : [`  bucket: ${buckets[0]}`];
  return [
    `The sandbox listens on ${endpoint}`,
    "",
    "To use it, put this into astra.yaml:",
    ...bucket,
    "  s3:",
    `    endpoint: ${endpoint}`,
    "    credentials:",
    `      access_key_id: ${JSON.stringify(accessKey)}`,
    `      secret_access_key: ${JSON.stringify(secretKey)}`,
    "",
    "Ctrl-C ends it.",
  ].join("\n");
}
