import type { ListedObject, ListInput } from "../../ports/object-store.ts";
import { listObjects } from "./list.ts";
import type { Requests } from "./requests.ts";
export function listInParallel(requests: Requests, input: ListInput): AsyncIterable<readonly ListedObject[]> {
  return listObjects(requests, input);
}
