/** Lines of access logs: a read that makes a valid event, or a reason. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { LineCounter } from "../../src/core/access-log/line-counter.ts";
import { LINE_FAULTS, type LineFault } from "../../src/core/access-log/line-scanner.ts";
import { keyFault } from "../../src/core/object-ref.ts";
import { HOSTILE, TIMEOUT_MS, acceptedOrRefused, expectHarmless, hostileText, mutated } from "./fuzzing.ts";

const FAULTS: ReadonlySet<string> = new Set(LINE_FAULTS);

const counter = new LineCounter({
  buckets: null,
  excluded: new Set(["79a59df900b949e55d96a1e698fbacedfd6e09d98e"]),
  named: ["arn:aws:iam::123456789012:user/x"],
  latestMs: () => Number.POSITIVE_INFINITY,
});

function counted(text: string) {
  const faults: LineFault[] = [];
  const counts = counter.count(new TextEncoder().encode(text), (_, fault) => faults.push(fault));
  return { counts, faults, reads: counter.take() };
}

const line = fc
  .record({
    bucket: fc.constantFrom("data", "data", "a-b.c", "constructor", ".."),
    requester: fc.constantFrom("-", "arn:aws:iam::123456789012:user/x", "79a59df900b949e55d96a1e698fbacedfd6e09d98e"),
    operation: fc.constantFrom("REST.GET.OBJECT", "REST.GET.OBJECT", "WEBSITE.GET.OBJECT", "REST.HEAD.OBJECT"),
    key: hostileText(),
    uri: fc.constantFrom("GET /data/x HTTP/1.1", 'GET /"a" b HTTP/1.1', '" 200 - 1 1 1 1 '),
    status: fc.constantFrom("200 -", "200 -", "206 -", "304 -", "404 NoSuchKey"),
    agent: fc.oneof(fc.constantFrom("-", "aws-cli/2", 'a "b" c'), fc.constantFrom(...HOSTILE)),
  })
  .map(({ bucket, requester, operation, key, uri, status, agent }) => {
    const twice = key.isWellFormed() ? encodeURIComponent(encodeURIComponent(key)) : key;
    return `owner ${bucket} [06/Feb/2019:00:00:38 +0000] 192.0.2.3 ${requester} 3E57427F3EXAMPLE ${operation} ${twice} "${uri}" ${status} 113 200 7 5 "-" "${agent}" - host= SigV4 ECDHE AuthHeader h TLSV1.2 - -`;
  });

test("lines of access logs", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "access log lines",
    input: mutated(line, ["[31/Feb/2019:25:00:00 +9999]", '" 200 - - - - - ', '""', "%2525", "%25"]),
    leastAccepted: 0.15,
    check: (text) => {
      const { counts, faults, reads } = counted(text);
      for (const fault of faults) assert.equal(FAULTS.has(fault), true);
      const { lines, accesses, excludedReads, withoutData, otherOperations, otherBuckets, badLines } = counts;
      assert.equal(accesses + excludedReads + withoutData + otherOperations + otherBuckets + badLines, lines);
      assert.equal(badLines, faults.length);
      assert.equal(
        reads.reduce((sum, read) => sum + read.reads, 0),
        accesses,
      );
      for (const { key, bucket, day, lastMs } of reads) {
        assert.equal(keyFault(key), null);
        assert.match(bucket, /^[a-z0-9][a-z0-9._-]{1,254}$/i);
        assert.equal(Math.floor(lastMs / 86_400_000), day);
      }
      return accesses + excludedReads > 0 ? "accepted" : "refused";
    },
  });
});

test("a line as long as may be takes time in proportion", () => {
  const long = [" ", '"', '" ', '" 200 ', '" 200 - 1 1 1 ', "[", "%25", "+", "a ", "- "].map((piece) =>
    piece.repeat(128 * 1024),
  );
  for (const text of long) {
    const outcome = acceptedOrRefused(() => counted(`o data [06/Feb/2019:00:00:38 +0000] ip - id op ${text}`));
    assert.equal(outcome, "accepted");
    assert.equal(counted(text).counts.badLines, 1);
  }
});
