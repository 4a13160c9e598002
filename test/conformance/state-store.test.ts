import { openSqliteState } from "../../src/adapters/sqlite/state-store.ts";
import { temporaryFolder } from "../support/state-sqlite.ts";
import { stateStoreSuite } from "./state-store-suite.ts";

stateStoreSuite("sqlite", async () => {
  const folder = await temporaryFolder();
  return {
    open: () => Promise.resolve(openSqliteState({ path: folder.file("state.db") })),
    remove: () => folder[Symbol.asyncDispose](),
  };
});
