/** An IAM policy of the least that was asked for: actions in statements that say what they are for. */
import type { Need } from "./command-needs.ts";

/** What a bucket has beyond the plain case, and what takes further permissions. `queue`: its notifications arrive by one. */
export const BUCKET_TRAITS = ["versioned", "object-lock", "acl", "drop-own-noncurrent", "kms", "queue"] as const;
export type BucketTrait = (typeof BUCKET_TRAITS)[number];

/** In the order in which a policy states them. */
export const PURPOSES = [
  "ListObjects",
  "ReadBucketSettings",
  "ReadObjects",
  "WriteObjects",
  "RestoreArchivedObjects",
  "RemoveReplacedVersions",
  "UseKmsKey",
  "ReceiveNotifications",
] as const;

/** One action, on which resource, and why. */
export interface PermittedAction {
  /** `s3:GetObject` */
  readonly action: string;
  readonly on: "bucket" | "object" | "kms-key" | "queue";
  /** Id of the statement it stands in. */
  readonly purpose: (typeof PURPOSES)[number];
  /** Whether it can change or remove anything. */
  readonly changes: boolean;
  /** Only for buckets with one of these traits. */
  readonly when?: readonly BucketTrait[];
}

/** AWS's partitions: each has its own ARNs and its own domain. */
export const PARTITIONS = ["aws", "aws-us-gov", "aws-cn"] as const;
export type Partition = (typeof PARTITIONS)[number];

export interface PolicyInput {
  readonly bucket: string;
  readonly partition: Partition;
  readonly needs: readonly Need[];
  readonly traits: ReadonlySet<BucketTrait>;
  /** Nothing that can change anything. */
  readonly isReadOnly: boolean;
  /** ARN; stands in the policy where the traits have `kms`. */
  readonly kmsKey: string | null;
  /** ARN; stands in the policy where the traits have `queue`. */
  readonly queue: string | null;
}

/** What is allowed on one resource, and for what (`Sid`). */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** As IAM takes it. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

type Actions = Readonly<Record<Need, readonly PermittedAction[]>>;

/** Actions that the needs take on a bucket with these traits, each once, in the order of the alphabet. */
export function neededActions(
  input: Omit<PolicyInput, "bucket" | "partition" | "kmsKey" | "queue">,
  actions: Actions,
): readonly PermittedAction[] {
  const byName = new Map<string, PermittedAction>();
  for (const each of input.needs.flatMap((need) => actions[need])) {
    const isMeant = each.when?.some((trait) => input.traits.has(trait)) ?? true;
    if (isMeant && !(input.isReadOnly && each.changes)) byName.set(each.action, each);
  }
  return [...byName.values()].toSorted((a, b) => (a.action < b.action ? -1 : 1));
}

/** One statement for each purpose; none where nothing is needed. */
export function policyDocument(input: PolicyInput, actions: Actions): PolicyDocument {
  const needed = neededActions(input, actions);
  const statements = PURPOSES.flatMap((purpose): PolicyStatement[] => {
    const here = needed.filter((each) => each.purpose === purpose);
    const first = here[0];
    if (!first) return [];
    const statement = {
      Sid: purpose,
      Effect: "Allow",
      Action: here.map(({ action }) => action),
      Resource: resourceOf(first.on, input),
    } as const;
    return [first.on === "kms-key" ? { ...statement, Condition: throughS3(input.partition) } : statement];
  });
  return { Version: "2012-10-17", Statement: statements };
}

function resourceOf(on: PermittedAction["on"], { bucket, partition, kmsKey, queue }: PolicyInput): string {
  if (on === "kms-key") return kmsKey ?? "*";
  if (on === "queue") return queue ?? "*";
  const arn = `arn:${partition}:s3:::${bucket}`;
  return on === "bucket" ? arn : `${arn}/*`;
}

/** The key may be used by S3 on our behalf, and for nothing else (`kms:ViaService`, AWS KMS Developer Guide). */
function throughS3(partition: Partition): PolicyStatement["Condition"] & object {
  const domain = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return { StringLike: { "kms:ViaService": `s3.*.${domain}` } };
}
