import { AuthenticationError, MultipleErrors, NetworkError, ProtocolError, UserError } from "@platformatic/kafka";
import { describe, expect, test } from "vitest";

import { answersIn, meansLostOwnership, meansPassing, toLogError } from "./failure.ts";
import { kafkaContext } from "./options.ts";

const context = kafkaContext(
  {
    brokers: ["one:9092", "two:9092"],
    clientId: "test",
    compression: "none",
    sasl: { mechanism: "PLAIN", username: "ann", password: "hush" },
  },
  { clock: { now: () => 0, sleep: () => Promise.resolve() } },
);
const doing = { what: "append to topic t", topic: "t" };

const network = new NetworkError("Connection to one:9092 failed.", { cause: new Error("ECONNREFUSED") });
const refusedUser = new NetworkError("Connection to one:9092 failed.", { cause: new AuthenticationError("no") });
const answer = (id: string): Error => new MultipleErrors("failed 3 times", [network, new ProtocolError(id)]);

describe("failures of Kafka", () => {
  test.each([
    ["a dead network", new MultipleErrors("Cannot connect to any broker.", [network]), "ASTRA_LOG_UNREACHABLE"],
    ["a refused user", new MultipleErrors("Cannot connect to any broker.", [refusedUser]), "ASTRA_LOG_AUTHENTICATION"],
    ["a refused mechanism", answer("UNSUPPORTED_SASL_MECHANISM"), "ASTRA_LOG_AUTHENTICATION"],
    ["a missing topic", answer("UNKNOWN_TOPIC_OR_PARTITION"), "ASTRA_LOG_TOPIC_MISSING"],
    ["a missing topic in the library's words", new UserError("Unknown topic t."), "ASTRA_LOG_TOPIC_MISSING"],
    ["a large record", answer("MESSAGE_TOO_LARGE"), "ASTRA_LOG_REFUSED"],
    ["a denied topic", answer("TOPIC_AUTHORIZATION_FAILED"), "ASTRA_LOG_FORBIDDEN"],
    ["a denied group", answer("GROUP_AUTHORIZATION_FAILED"), "ASTRA_LOG_FORBIDDEN"],
    ["a broker that wants TLS", new UserError("Broker requires TLS."), "ASTRA_LOG_UNREACHABLE"],
    ["anything else", new Error("odd"), "ASTRA_LOG_REFUSED"],
  ])("%s", (_, error, code) => {
    const failure = toLogError(error, context, doing);
    expect(failure.code).toBe(code);
    expect(failure.message).not.toContain("hush");
    expect(toLogError(failure, context, doing)).toBe(failure);
  });

  test("names the addresses, the user and the topic", () => {
    expect(toLogError(network, context, doing).message).toContain("one:9092, two:9092");
    expect(toLogError(refusedUser, context, doing).message).toContain("user ann");
    expect(toLogError(answer("UNKNOWN_TOPIC_OR_PARTITION"), context, doing)).toMatchObject({ where: "t" });
    expect(toLogError(answer("POLICY_VIOLATION"), context, doing).message).toContain("POLICY_VIOLATION");
  });

  test("tells what may pass from what will not", () => {
    expect(meansPassing(network)).toBe(true);
    expect(meansPassing(answer("NOT_LEADER_OR_FOLLOWER"))).toBe(true);
    expect(meansPassing(refusedUser)).toBe(false);
    expect(meansPassing(answer("TOPIC_AUTHORIZATION_FAILED"))).toBe(false);
    expect(meansPassing(new UserError("no"))).toBe(false);
  });

  test.each(["UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION", "REBALANCE_IN_PROGRESS", "FENCED_INSTANCE_ID"])(
    "%s means that the partition may be another's",
    (id) => {
      expect(meansLostOwnership(answer(id))).toBe(true);
      expect(answersIn(answer(id))).toEqual(new Set([id]));
    },
  );

  test("a network failure says nothing about ownership", () => {
    expect(meansLostOwnership(network)).toBe(false);
  });
});
