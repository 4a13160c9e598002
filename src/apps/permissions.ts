/** What each provider asks for before it lets Astra work: data of the adapters, for the commands that print it. */
import { S3_ACTIONS } from "../adapters/s3/actions.ts";
import { SQS_ACTIONS } from "../adapters/sqs/actions.ts";

export { type Acl, type LogRole, aclCommands, aclsOf } from "../adapters/kafka/acls.ts";

/** Actions of AWS by the need that takes them. */
export const AWS_ACTIONS = { ...S3_ACTIONS, ...SQS_ACTIONS };
