import { expect, test } from "vitest";
import { outdatedDocs } from "../../tools/docs.ts";

test("the generated pages are up to date (npm run docs)", async () => {
  expect(await outdatedDocs()).toEqual([]);
});
