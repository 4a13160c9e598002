import { describe, expect, it } from "vitest";
import { sharedPath } from "../../../test/support/shared.ts";
import { localActor } from "../../core/permission.ts";
import type { BuiltTrace } from "../../core/trace/trace-builder.ts";
import { groupOf } from "../../core/trace/trace.ts";
import { readTrace } from "../../services/read-trace.ts";
import { localTraceFiles } from "./local-trace-files.ts";

const ctx = { actor: localActor("test"), signal: new AbortController().signal };

function read(name: string): Promise<BuiltTrace> {
  const [objects, accesses] = ["objects", "accesses"].map((kind) => sharedPath("traces", `${name}.${kind}.parquet`));
  return readTrace({ ctx, input: { files: localTraceFiles(), objects: objects ?? "", accesses: accesses ?? "" } });
}

describe("the shared traces", () => {
  it("of the datasets have exact bytes, whole counts and nothing to mend", async () => {
    const { trace, report } = await read("dandi_s3_datasets");
    expect(report).toMatchObject({ objects: 225, accesses: 48_979, duplicatesMerged: 0, unsorted: 0 });
    expect([trace.originDay, trace.days, trace.objects]).toEqual([18_737, 1110, 225]);
    expect([trace.readDay[0], trace.reads[0], trace.bytesRead[0]]).toEqual([0, 3, 899_772_373_874]);
    expect(trace.sizeBytes[0]).toBe(296_250_311_550);
    expect(trace.id[0]).toBe(0);
    expect(trace.name[0]).toBe("000003");
  });

  it("of the releases count bytes as reads times size, and their groups are the plugins", async () => {
    const { trace, report } = await read("obsidian_plugin_releases");
    expect(report).toMatchObject({ objects: 5000, accesses: 224_368, duplicatesMerged: 0, unsorted: 0 });
    expect([trace.originDay, trace.days]).toEqual([19_060, 990]);
    expect([trace.createdDay[0], trace.endDay[0]]).toEqual([18_565 - trace.originDay, 20_049 - trace.originDay]);
    expect([trace.readDay[0], trace.reads[0]]).toEqual([19_573 - trace.originDay, 3]);
    expect(trace.bytesRead[0]).toBe(3 * 245_425);
    expect(groupOf(trace.name[0] ?? "")).toBe("nldates-obsidian");
    expect(trace.readStart.at(-1)).toBe(224_368);
  });
});
