import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AstraError } from "../errors.ts";
import type { TableBatch } from "./table.ts";
import { type BuiltTrace, TRACE_LIMITS, TraceBuilder, type TraceBuilderOptions } from "./trace-builder.ts";

type ObjectRow = readonly [id: string | number, created: number, end: number, size: number];
type AccessRow = readonly [id: string | number, day: number, reads: number, bytes?: number];

function objectBatch(rows: readonly ObjectRow[]): TableBatch {
  return {
    rows: rows.length,
    labels: { object_id: rows.map(([id]) => id), name: rows.map(([id]) => `group/${id}`) },
    numbers: {
      created_day: Float64Array.from(rows, ([, created]) => created),
      end_day: Float64Array.from(rows, ([, , end]) => end),
      deleted: new Float64Array(rows.length),
      size_bytes: Float64Array.from(rows, ([, , , size]) => size),
    },
    place: (row, column) => `objects row ${row + 1}, column ${column}`,
  };
}

function accessBatch(rows: readonly AccessRow[]): TableBatch {
  return {
    rows: rows.length,
    labels: { object_id: rows.map(([id]) => id) },
    numbers: {
      day: Float64Array.from(rows, ([, day]) => day),
      reads: Float64Array.from(rows, ([, , reads]) => reads),
      bytes_read: Float64Array.from(rows, ([, , , bytes]) => bytes ?? Number.NaN),
    },
    place: (row, column) => `accesses row ${row + 1}, column ${column}`,
  };
}

function built(
  objects: readonly ObjectRow[],
  accesses: readonly AccessRow[],
  options: TraceBuilderOptions = {},
): BuiltTrace {
  const builder = new TraceBuilder(options);
  builder.addObjects(objectBatch(objects));
  builder.addAccesses(accessBatch(accesses));
  return builder.finish("accesses");
}

function refused(objects: readonly ObjectRow[], accesses: readonly AccessRow[]): Record<string, unknown> {
  try {
    built(objects, accesses);
  } catch (error) {
    if (error instanceof AstraError) {
      const { code, message, where, fix } = error;
      return { code, message, where, fix };
    }
  }
  throw new Error("the trace was not refused");
}

const ONE: readonly ObjectRow[] = [["a", 100, 120, 10]];

describe("a trace", () => {
  it("begins on the first day with an access and ends with the last day of anything", () => {
    const { trace } = built(
      [
        ["a", 90, 120, 10],
        ["b", 101, 103, 7],
      ],
      [
        ["a", 100, 2],
        ["b", 103, 1, 3],
      ],
    );
    expect([trace.originDay, trace.days, trace.objects]).toEqual([100, 21, 2]);
    expect([...trace.createdDay]).toEqual([-10, 1]);
    expect([...trace.endDay]).toEqual([20, 3]);
    expect([...trace.readStart]).toEqual([0, 1, 2]);
    expect([...trace.readDay]).toEqual([0, 3]);
  });

  it("counts bytes as reads times size where the source says nothing", () => {
    const { trace } = built(ONE, [
      ["a", 100, 2],
      ["a", 101, 2, 3],
    ]);
    expect([...trace.bytesRead]).toEqual([20, 3]);
  });

  it("puts rows in order and adds up repeated ones, and says how many", () => {
    const objects: ObjectRow[] = [
      ["a", 0, 9, 1],
      ["b", 0, 9, 1],
    ];
    const { trace, report } = built(objects, [
      ["b", 5, 1],
      ["a", 3, 1],
      ["a", 2, 4],
      ["b", 5, 2],
      ["a", 2, 1],
    ]);
    expect([...trace.readStart]).toEqual([0, 2, 3]);
    expect([...trace.readDay]).toEqual([0, 1, 3]);
    expect([...trace.reads]).toEqual([5, 1, 3]);
    expect(report).toMatchObject({ accesses: 3, duplicatesMerged: 2, unsorted: 3 });
  });

  it("leaves out rows without reads, and says how many", () => {
    expect(
      built(ONE, [
        ["a", 100, 0],
        ["a", 101, 1],
      ]).report,
    ).toMatchObject({ accesses: 1, rowsWithoutReads: 1 });
  });

  it("takes 5 and the text 5 for one id, and keeps 007 apart", () => {
    const { trace } = built(
      [
        [5, 0, 9, 1],
        ["007", 0, 9, 1],
      ],
      [
        ["5", 1, 1],
        ["007", 1, 2],
      ],
    );
    expect([...trace.reads]).toEqual([1, 2]);
    expect(refused([[7, 0, 9, 1]], [["007", 1, 1]])).toMatchObject({ message: 'there is no object "007"' });
  });

  it("drops reads outside of a life where asked to, and counts them", () => {
    const { report } = built(
      ONE,
      [
        ["a", 99, 1],
        ["a", 100, 1],
        ["a", 121, 1],
        ["a", 122, 1],
      ],
      { isLenient: true },
    );
    expect(report).toMatchObject({ accesses: 1, readsBeforeCreation: 1, readsAfterEnd: 2 });
  });

  it("does not depend on the order of its access rows", () => {
    const rows = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 9 })),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    const objects = [0, 1, 2, 3, 4].map((id): ObjectRow => [id, 0, 30, id + 1]);
    fc.assert(
      fc.property(
        rows.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, mixed]) => {
          const [first, second] = [built(objects, all), built(objects, mixed)];
          expect(second.trace).toEqual(first.trace);
          expect(first.trace.reads.reduce((sum, reads) => sum + reads, 0)).toBe(
            all.reduce((sum, [, , reads]) => sum + reads, 0),
          );
          expect(first.report.accesses + first.report.duplicatesMerged).toBe(all.length);
          for (let object = 0; object < 5; object += 1) {
            const days = first.trace.readDay.subarray(first.trace.readStart[object], first.trace.readStart[object + 1]);
            expect([...days]).toEqual([...new Set(days)].toSorted((a, b) => a - b));
          }
        },
      ),
    );
  });

  it("keeps its rows when they come in many batches", () => {
    const builder = new TraceBuilder();
    builder.addObjects(objectBatch([["a", 0, 36_000, 1]]));
    for (let from = 0; from < 200_000; from += 1000) {
      const rows = Array.from({ length: 1000 }, (_, index): AccessRow => ["a", (from + index) % 30_000, 1]);
      builder.addAccesses(accessBatch(rows));
    }
    const { trace, report } = builder.finish("accesses");
    expect(trace.readDay).toHaveLength(30_000);
    expect(trace.reads.reduce((sum, reads) => sum + reads, 0)).toBe(200_000);
    expect(report.duplicatesMerged).toBe(170_000);
  });
});

describe("refused, with place and fix", () => {
  const cases: readonly (readonly [string, readonly ObjectRow[], readonly AccessRow[], RegExp, string])[] = [
    [
      "a read before creation",
      ONE,
      [
        ["a", 100, 1],
        ["a", 99, 1],
      ],
      /read on day 99, before its creation on day 100/,
      "accesses row 2, column day",
    ],
    [
      "a read after the last day",
      ONE,
      [["a", 121, 1]],
      /read on day 121, after its last day 120/,
      "accesses row 1, column day",
    ],
    ["an unknown object", ONE, [["b", 100, 1]], /there is no object "b"/, "accesses row 1, column object_id"],
    [
      "an object given twice",
      [...ONE, ...ONE],
      [["a", 100, 1]],
      /"a" is there twice/,
      "objects row 2, column object_id",
    ],
    ["a negative size", [["a", 1, 2, -1]], [["a", 1, 1]], /size -1 is negative/, "objects row 1, column size_bytes"],
    [
      "an end before the creation",
      [["a", 3, 2, 1]],
      [["a", 3, 1]],
      /last day 2 is before/,
      "objects row 1, column end_day",
    ],
    ["negative reads", ONE, [["a", 100, -3]], /^-3 reads$/, "accesses row 1, column reads"],
    ["negative bytes", ONE, [["a", 100, 1, -2]], /^-2 bytes read$/, "accesses row 1, column bytes_read"],
    ["bytes without reads", ONE, [["a", 100, 0, 5]], /^5 bytes in 0 reads$/, "accesses row 1, column reads"],
    ["a day written as a date", ONE, [["a", 20_240_101, 1]], /20240101 is no day/, "accesses row 1, column day"],
    ["no objects", [], [], /there are no objects/, "accesses"],
    ["no accesses", ONE, [], /there are no accesses/, "accesses"],
    ["only rows without reads", ONE, [["a", 100, 0]], /there are no accesses/, "accesses"],
    ["a span of centuries", [["a", 0, 90_000, 1]], [["a", 1, 1]], /spans 90000 days/, "accesses"],
  ];
  it.each(cases)("%s", (_name, objects, accesses, message, where) => {
    const fault = refused(objects, accesses);
    expect(fault["code"]).toBe("ASTRA_TRACE_INVALID");
    expect(fault["message"]).toMatch(message);
    expect(fault["where"]).toBe(where);
    expect(fault["fix"]).toMatch(/\S/);
  });

  it("more rows than fit", () => {
    const builder = new TraceBuilder();
    const more = { ...accessBatch([]), rows: TRACE_LIMITS.accesses + 1 };
    expect(() => builder.addAccesses(more)).toThrow(/more than 100000000 rows of accesses/);
    expect(() => builder.addObjects({ ...objectBatch([]), rows: TRACE_LIMITS.objects + 1 })).toThrow(/rows of objects/);
  });
});
