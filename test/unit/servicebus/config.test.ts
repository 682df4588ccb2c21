import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../infra/local/servicebus/config.ts";
import { parseDuration } from "../../../infra/local/servicebus/duration.ts";
import { startBroker } from "../../../infra/local/servicebus/broker.ts";

const config = (namespace: object): unknown => ({
  UserConfig: { Namespaces: [{ Name: "n", ...namespace }] },
});

describe("durations", () => {
  test.each([
    ["PT1M", 60_000],
    ["PT2.5S", 2500],
    ["P1DT2H3M4S", 93_784_000],
    ["P2W", 1_209_600_000],
    ["P10675199DT2H48M5.4775807S", Infinity],
    ["P", undefined],
    ["PT", undefined],
    ["1M", undefined],
    ["P1Y", undefined],
    ["PT-1S", undefined],
  ])("%s is %s ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});

test("defaults are the service's", () => {
  const { Queues } = parseConfig(config({ Queues: [{ Name: "q" }] }));
  expect(Queues[0]!.Properties).toEqual({
    DeadLetteringOnMessageExpiration: false,
    DefaultMessageTimeToLive: Infinity,
    DuplicateDetectionHistoryTimeWindow: 600_000,
    ForwardDeadLetteredMessagesTo: "",
    ForwardTo: "",
    LockDuration: 60_000,
    MaxDeliveryCount: 10,
    RequiresDuplicateDetection: false,
    RequiresSession: false,
  });
});

describe("faults name their place", () => {
  test.each([
    [{}, /^UserConfig: /],
    [
      config({ Queues: [{ Name: "q", Properties: { LockDuration: "PT0S" } }] }),
      /Queues\[0\]\.Properties\.LockDuration: .*PT0S/,
    ],
    [
      config({ Queues: [{ Name: "q", Properties: { MaxDeliverCount: 3 } }] }),
      /Queues\[0\]\.Properties: .*MaxDeliverCount/,
    ],
    [config({ Queues: [{ Name: "a b" }] }), /Queues\[0\]\.Name/],
    [config({ Queues: [{ Name: "q" }], Topics: [{ Name: "Q" }] }), /"q" is there twice/],
    [
      config({
        Topics: [
          {
            Name: "t",
            Subscriptions: [{ Name: "s", Rules: [{ Name: "r", Properties: { FilterType: "Sql" } }] }],
          },
        ],
      }),
      /Topics\[0\]\.Subscriptions\[0\]\.Rules\[0\]\.Properties\.SqlFilter: is missing/,
    ],
  ])("%#", (value, error) => {
    expect(() => parseConfig(value)).toThrow(error);
  });

  test.each([
    [{ Queues: [{ Name: "q", Properties: { ForwardTo: "gone" } }] }, /forwards to "gone"/],
    [
      {
        Queues: [
          { Name: "a", Properties: { ForwardTo: "b" } },
          { Name: "b", Properties: { ForwardTo: "a" } },
        ],
      },
      /circle/,
    ],
    [
      {
        Topics: [
          {
            Name: "t",
            Subscriptions: [
              {
                Name: "s",
                Rules: [
                  { Name: "r", Properties: { FilterType: "Sql", SqlFilter: { SqlExpression: "a = " } } },
                ],
              },
            ],
          },
        ],
      },
      /t\/Subscriptions\/s: rule "r": expected a value/,
    ],
  ])("also those found at start (%#)", async (namespace, error) => {
    await expect(startBroker({ config: parseConfig(config(namespace)) })).rejects.toThrow(error);
  });
});
