import { describe, expect, test } from "vitest";
import { formatDay, formatInstant, formatSpan } from "./date.ts";
import { formatMoney } from "./money.ts";
import { progressText } from "./progress.ts";
import { counted, formatBytes } from "./size.ts";
import { sparkline } from "./symbols.ts";
import { table } from "./table.ts";
import { jsonLine, visible, visibleLines } from "./visible.ts";

test.each([
  [0, "$0.00"],
  [31, "$0.000031"],
  [0.4, "$0.0000004"],
  [0.000_01, "$0.00"],
  [23_000, "$0.023"],
  [300_000, "$0.30"],
  [994_999, "$0.99"],
  [996_000, "$1.00"],
  [1_240_000, "$1.24"],
  [1_234_500_000, "$1,234.50"],
  [114_000_000_000, "$114,000.00"],
  [-23_000, "-$0.023"],
  [-0.000_01, "$0.00"],
])("%d micro-dollars are %s", (micros, shown) => {
  expect(formatMoney(micros)).toBe(shown);
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [1_048_575, "1.0 MiB"],
  [1_288_490_189, "1.2 GiB"],
  [161_061_273_600, "150 GiB"],
  [2 ** 50, "1.0 PiB"],
])("%d bytes are %s", (bytes, shown) => {
  expect(formatBytes(bytes)).toBe(shown);
});

test("counts, dates and spans", () => {
  expect(counted(1, "object")).toBe("1 object");
  expect(counted(12_345, "object")).toBe("12,345 objects");
  expect(formatDay(Date.UTC(2026, 11, 1))).toBe("2026-12-01");
  expect(formatInstant(Date.UTC(2026, 11, 1, 8, 30))).toBe("2026-12-01 08:30:00Z");
  expect(formatDay(Infinity)).toBe("never");
  expect([0, 45_000, 720_000, 10_800_000, 120 * 86_400_000].map(formatSpan)).toEqual([
    "0 s",
    "45 s",
    "12 min",
    "3 h",
    "120 days",
  ]);
});

test("progress says how far, how fast and how long", () => {
  expect(progressText(1200, 10_000, "events", 3000)).toBe("1,200 of 10,000 events (12 %), 400/s, 22 s left");
  expect(progressText(1200, null, "events", 3000)).toBe("1,200 events, 400/s");
  expect(progressText(0, 10, "events", 0)).toBe("0 of 10 events (0 %), 0/s");
});

test("columns line up, colours not counted", () => {
  const red = "\u001b[31mred\u001b[39m";
  expect(
    table(
      [{ title: "a" }, { title: "n", align: "right" }],
      [
        [red, "1"],
        ["longer", "100"],
      ],
    ),
  ).toBe(`a         n\n${red}       1\nlonger  100`);
});

test("a sparkline shows zero apart from little", () => {
  expect(sparkline([0, 1, 50, 100])).toBe(".148");
});

describe("text from outside", () => {
  test("controls, escapes and direction marks are written out", () => {
    expect(visible("a\u001b[31m\u0007\n\t\u009b\u202eb\u0000")).toBe(
      String.raw`a\u{1b}[31m\u{7}\n\t\u{9b}\u{202e}b\u{0}`,
    );
    expect(visible("ü 名 🙂")).toBe("ü 名 🙂");
    expect(visibleLines("a\nb\u001b")).toBe("a\nb\\u{1b}");
  });

  test("JSON stays one line of the same value", () => {
    const value = { key: "\u001b\u009b\u2028\u202e\n", n: 12n };
    const line = jsonLine(value);
    expect(line).toMatch(/^[\u0020-\u007e]+$/);
    expect(JSON.parse(line)).toEqual({ ...value, n: "12" });
  });
});
