/** Where the suite's state lives. */
import type { StateStore } from "../../src/ports/state-store.ts";

/** A place to keep state in, empty at first. */
export interface StateBackend {
  /** Opens the same state again each time, as another process would. */
  open(): Promise<StateStore>;
  /** Deletes it. */
  remove(): PromiseLike<void>;
}

/** Runs `body` on fresh state. */
export async function withState(
  create: () => Promise<StateBackend>,
  body: (store: StateStore, backend: StateBackend) => Promise<void>,
): Promise<void> {
  const backend = await create();
  try {
    await using store = await backend.open();
    await body(store, backend);
  } finally {
    await backend.remove();
  }
}
