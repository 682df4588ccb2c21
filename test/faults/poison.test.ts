import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectWholeAudit } from "../flows/kit/checks.ts";
import { eventually, inFlight } from "../flows/kit/patience.ts";
import { POISON } from "./app/rules.ts";
import { expectAllEqual, expectNothingLeft } from "./kit/checks.ts";
import { Operator } from "./kit/operator.ts";
import { Rig } from "./kit/rig.ts";

const CLIENTS = 50;
const STEPS = 20;
const SICK = "p7";
/** The step at which one client's rule fails. */
const POISONED = 8;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(async () => {
  await rig?.close();
});

/** The steps that the audit log has of each client, in its order. */
async function stepsByClient(): Promise<Map<string, number[]>> {
  const audit = await rig.audit();
  return new Map(
    [...audit].map(([number, records]) => [
      number,
      records.map(({ event }) => (event.data as { step: number }).step),
    ]),
  );
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe(`given one event among ${CLIENTS * STEPS} over ${CLIENTS} clients on which its rule fails`, () => {
  it("the others finish while that client is parked, its later events in line behind it", async () => {
    const clients = Array.from({ length: CLIENTS }, (_, index) => `p${index}`);
    await inFlight(clients, CLIENTS, async (number) => {
      for (const step of upTo(STEPS)) {
        await rig.say({ number, step, note: number === SICK && step === POISONED ? POISON : `note ${step}` });
      }
    });
    await eventually(async () => {
      expect(await stepsByClient()).toEqual(
        new Map(clients.map((number) => [number, upTo(number === SICK ? POISONED - 1 : STEPS)])),
      );
      expect(await new Operator(rig).parked()).toMatchObject([
        { key: `client|${SICK}`, waiting: STEPS - POISONED + 1 },
      ]);
      await expectAllEqual(rig, undefined, [SICK]);
    }, 120_000);
  });

  it("once the rule is mended, a retry drains the line in order, and the audit log is whole", async () => {
    await rig.restart({ RULE_MENDED: "yes" });
    const operator = new Operator(rig);
    await operator.ended(await operator.begin("parked", { action: "retry", keys: [`client|${SICK}`] }));
    await eventually(async () => {
      expect((await stepsByClient()).get(SICK)).toEqual(upTo(STEPS));
      expect(await operator.parked()).toEqual([]);
      await expectAllEqual(rig);
      await expectNothingLeft(rig);
    }, 120_000);
    await expectWholeAudit(rig);
  });
});
