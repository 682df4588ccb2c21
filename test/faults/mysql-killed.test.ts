import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, inFlight } from "../flows/kit/patience.ts";
import { expectAllEqual, expectNothingLeft } from "./kit/checks.ts";
import { Operator } from "./kit/operator.ts";
import { Rig } from "./kit/rig.ts";

const CLIENTS = 60;
const STEPS = 10;
const KILLS = 4;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(async () => {
  await rig?.close();
});

describe("given a MySQL server that is killed in the middle of its batches, several times", () => {
  it("the rows are the documents in the end, and nothing was refused for it", async () => {
    const clients = Array.from({ length: CLIENTS }, (_, index) => `c${index}`);
    let said = 0;
    let kills = 0;
    await inFlight(clients, CLIENTS, async (number) => {
      for (let step = 1; step <= STEPS; step++) {
        await rig.say({ number, step, name: `${number} at ${step}` });
        said += 1;
        if (said % Math.floor((CLIENTS * STEPS) / (KILLS + 1)) !== 0 || kills === KILLS) continue;
        kills += 1;
        // A server that is not back yet cannot be killed: the next one waits for it.
        await rig.stack.whenServing();
        rig.kill((name) => name === "mysql-server");
      }
    });
    expect(kills).toBe(KILLS);
    await rig.stack.whenServing();
    await eventually(async () => {
      await expectAllEqual(rig);
      await expectNothingLeft(rig);
    }, 120_000);
    expect(await new Operator(rig).deadLetters()).toEqual([]);
    const failed = (await rig.deliveries()).filter(({ integration, status }) => {
      return integration === "rows" && status !== "delivered";
    });
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed.map(({ status }) => status))).toEqual(new Set(["retrying"]));
  });
});
