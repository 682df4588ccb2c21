import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAllEqual, expectNothingLeft } from "../faults/kit/checks.ts";
import { Operator } from "../faults/kit/operator.ts";
import { Rig } from "../faults/kit/rig.ts";
import { eventually, inFlight } from "./kit/patience.ts";

const CLIENTS = 10;
const EVENTS = 100;

let rig: Rig;
let operator: Operator;
beforeAll(async () => {
  rig = await Rig.open();
  operator = new Operator(rig);
});
afterAll(async () => {
  await rig?.close();
});

/** Each client's work goes on step by step, one client's after the other. */
async function sayAll(tag: string): Promise<void> {
  const clients = Array.from({ length: CLIENTS }, (_, index) => `${tag}${index}`);
  await inFlight(clients, CLIENTS, async (number) => {
    for (let step = 1; step <= EVENTS / CLIENTS; step++) await rig.say({ number, step, name: `N${step}` });
  });
}

describe("given a destination that refuses connections for a whole run of events", () => {
  it("the others get everything meanwhile, and what waits is shown with why and since when", async () => {
    await rig.alpha.close();
    await sayAll("d");
    await eventually(async () => {
      await expectAllEqual(rig, ["beta", "crm"]);
      expect(await operator.integration("alpha")).toMatchObject({ state: "paused", pending: CLIENTS });
      const waiting = await operator.pending("?integration=alpha");
      const shown = waiting.map(({ key, first, last, reason }) => ({ key, first, last, reason }));
      expect(shown.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual(
        Array.from({ length: CLIENTS }, (_, index) => {
          return { key: `client|d${index}`, first: 1, last: EVENTS / CLIENTS, reason: "paused" };
        }),
      );
    });
    expect(rig.alpha.memory.history.size).toBe(0);
    expect(await operator.integration("beta")).toMatchObject({ state: "open", pending: 0 });
  });

  it("when it is back it gets what it missed, in order and once, and nothing waits any more", async () => {
    await rig.alpha.listen();
    await eventually(async () => {
      await expectAllEqual(rig);
      await expectNothingLeft(rig);
    }, 90_000);
  });
});

describe("given a destination that an operator holds", () => {
  it("nothing reaches it until it is released, and then what is newest does", async () => {
    await operator.hold("alpha", "its database is being moved");
    // What every host promises is to heed a hold within a second, which nothing shows from outside.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const before = rig.alpha.seen.length;
    await sayAll("h");
    await eventually(async () => {
      await expectAllEqual(rig, ["beta", "crm"]);
      expect(await operator.integration("alpha")).toMatchObject({ state: "held", pending: CLIENTS });
    });
    expect(rig.alpha.seen.length).toBe(before);
    await operator.release("alpha");
    await eventually(async () => {
      await expectAllEqual(rig);
      await expectNothingLeft(rig);
    });
    expect(rig.alpha.memory.history.get("h0")?.map(({ version }) => version)).toEqual([EVENTS / CLIENTS]);
  });
});
