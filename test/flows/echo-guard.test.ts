import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNothingLeft } from "../faults/kit/checks.ts";
import { Rig } from "../faults/kit/rig.ts";
import type { RestSystem } from "../faults/kit/rest-system.ts";
import { eventually } from "./kit/patience.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(async () => {
  await rig?.close();
});

/** The CRM tells of every change of a name, ours too, as its webhooks do. */
function letCrmTell(spelling: (name: string) => string): { told: number } {
  const counted = { told: 0 };
  rig.crm.onApplied = (number, body) => {
    const name = spelling((body as { name: string }).name);
    const heard = JSON.stringify({ timestamp: new Date().toISOString(), data: { number, name } });
    void rig.postUntilTaken("crm", heard, randomUUID()).then(() => (counted.told += 1));
  };
  return counted;
}

/** The versions that a system was sent of a client. */
function sent(system: RestSystem, number: string): unknown[] {
  return system.seen
    .filter(({ id }) => id === number)
    .map(({ body }) => (body as { version: number }).version);
}

describe("given a CRM that is source and destination, and tells us of what we write to it", () => {
  it("as we wrote it: nothing changes, and nobody is told again", async () => {
    const crm = letCrmTell((name) => name);
    await rig.say({ number: "e1", step: 1, name: "Ana" });
    await eventually(async () => {
      expect(crm.told).toBe(1);
      expect((await rig.audit()).get("e1")?.map(({ outcome }) => outcome)).toEqual(["created", "unchanged"]);
      await expectNothingLeft(rig);
    });
    expect(["crm", "alpha", "beta"].map((name) => sent(rig.byIntegration[name] ?? rig.crm, "e1"))).toEqual([
      [1],
      [1],
      [1],
    ]);
  });

  it("spelt in its own way: the others are told once, and the CRM is not", async () => {
    const crm = letCrmTell((name) => name.toUpperCase());
    await rig.say({ number: "e2", step: 1, name: "Ana" });
    await eventually(async () => {
      expect(crm.told).toBe(1);
      expect((await rig.rows()).get("e2")).toMatchObject({ version: 2, name: "ANA" });
      expect(sent(rig.alpha, "e2")).toEqual([1, 2]);
      expect(sent(rig.beta, "e2")).toEqual([1, 2]);
    });
    expect(sent(rig.crm, "e2")).toEqual([1]);
  });

  it("what somebody else changes after that, the CRM is told as well", async () => {
    rig.crm.onApplied = () => {};
    await rig.say({ number: "e2", step: 2, name: "Ana María" });
    await eventually(() => expect(sent(rig.crm, "e2")).toEqual([1, 3]));
    await eventually(() => expectNothingLeft(rig));
    expect((await rig.deliveries()).filter(({ integration }) => integration === "crm")).toHaveLength(3);
  });
});
