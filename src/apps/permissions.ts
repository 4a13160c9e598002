/** What each provider asks for before it lets Astra work: data of the adapters, for the commands that print it. */
export { S3_ACTIONS } from "../adapters/s3/actions.ts";
export { type Acl, type LogRole, aclCommands, aclsOf } from "../adapters/kafka/acls.ts";
