/**
 * The IAM actions that work on a queue takes. A batch takes the action of the single request ("Amazon SQS API permissions:
 * Actions and resource reference", Amazon SQS Developer Guide). It could not be tried against AWS itself.
 */
import type { QueueNeed } from "../../core/iam/command-needs.ts";
import type { PermittedAction } from "../../core/iam/policy-document.ts";

function receiving(action: string): PermittedAction {
  return { action, on: "queue", purpose: "ReceiveNotifications", changes: true, when: ["queue"] };
}

/** Total: a need without actions does not compile. */
export const SQS_ACTIONS: Readonly<Record<QueueNeed, readonly PermittedAction[]>> = {
  receive: [receiving("sqs:ReceiveMessage"), receiving("sqs:ChangeMessageVisibility"), receiving("sqs:DeleteMessage")],
};
