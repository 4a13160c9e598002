/** The same listing by the AWS SDK's paginator. */
import { S3Client, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { z } from "zod";
import { placeSchema } from "../bench-context.ts";
import { ObjectTally } from "../object-tally.ts";
import { type WorkDone, timed } from "../outcome.ts";
import { ACCESS_KEY, SECRET_KEY } from "../sandbox-messages.ts";

const inputSchema = z.strictObject({ place: placeSchema, objects: z.number() });

export async function work(input: unknown): Promise<WorkDone> {
  const { place, objects } = inputSchema.parse(input);
  const client = new S3Client({
    endpoint: place.endpoint ?? "",
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
  });
  const tally = new ObjectTally();
  const { phase } = await timed(objects, async () => {
    for await (const page of paginateListObjectsV2({ client, pageSize: 1000 }, { Bucket: place.bucket })) {
      for (const { Key, Size, StorageClass, ETag } of page.Contents ?? []) {
        const etag = (ETag ?? "").replaceAll('"', "");
        tally.add({ key: Key ?? "", sizeBytes: Size ?? -1, storageClass: StorageClass ?? "STANDARD", etag });
      }
    }
  });
  client.destroy();
  return { phases: { list: phase }, found: { sums: JSON.stringify(tally.sums()) } };
}
