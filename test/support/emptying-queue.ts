/** A queue of one message, which keeps what IAM actions its requests take. */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface EmptyingQueue extends AsyncDisposable {
  readonly url: string;
  readonly actions: ReadonlySet<string>;
}

/** "Amazon SQS API permissions: Actions and resource reference": a batch takes the permission of the single request. */
const BY_OPERATION: Readonly<Record<string, string>> = {
  ReceiveMessage: "sqs:ReceiveMessage",
  DeleteMessageBatch: "sqs:DeleteMessage",
  ChangeMessageVisibilityBatch: "sqs:ChangeMessageVisibility",
};

export async function emptyingQueue(): Promise<EmptyingQueue> {
  const actions = new Set<string>();
  const Body = JSON.stringify({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "data" });
  const MD5OfBody = createHash("md5").update(Body).digest("hex");
  let waiting = [{ MessageId: "m1", ReceiptHandle: "r1", Body, MD5OfBody }];
  const server = createServer((request, response) => {
    const operation = String(request.headers["x-amz-target"]).replace("AmazonSQS.", "");
    actions.add(BY_OPERATION[operation] ?? `unknown: ${operation}`);
    const Messages = operation === "ReceiveMessage" ? waiting : [];
    if (operation === "ReceiveMessage") waiting = [];
    request.resume();
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(operation === "ReceiveMessage" ? { Messages } : { Successful: [], Failed: [] }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/123456789012/changes`,
    actions,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
