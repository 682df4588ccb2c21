import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, inFlight } from "../flows/kit/patience.ts";
import { expectAllEqual, expectNothingLeft } from "./kit/checks.ts";
import { answering } from "./kit/moods.ts";
import { Operator } from "./kit/operator.ts";
import { Rig } from "./kit/rig.ts";

/** More than the run takes up at once, so that some have not been sent on their way when it dies. */
const CLIENTS = 150;
/** So many were delivered when the hosts are killed, and killed again. */
const KILLED_AT = [40, 120];

let rig: Rig;
let operator: Operator;
beforeAll(async () => {
  rig = await Rig.open({ hosts: 2 });
  operator = new Operator(rig);
});
afterAll(async () => {
  await rig?.close();
});

describe(`given ${CLIENTS} dead letters, and hosts that are killed in the middle of their replay`, () => {
  it("each is there, grouped by its fault", async () => {
    rig.alpha.meetAll(answering(422));
    const clients = Array.from({ length: CLIENTS }, (_, index) => `r${index}`);
    await inFlight(clients, 20, (number) => rig.say({ number, step: 1 }));
    await eventually(async () => {
      const dead = await operator.deadLetters("?integration=alpha");
      expect(new Set(dead.map(({ key }) => key)).size).toBe(CLIENTS);
    });
    const { json } = await rig.call("GET", "/api/v1/dead-letters/groups");
    expect(json["items"]).toMatchObject([{ integration: "alpha", count: CLIENTS }]);
    const dry = await rig.call(
      "POST",
      "/api/v1/dead-letters",
      JSON.stringify({ action: "replay", integration: "alpha", dryRun: true }),
    );
    expect(dry).toMatchObject({ status: 200, json: { count: CLIENTS } });
  });

  it("the replay goes on by itself: none is lost, and none is applied twice", async () => {
    rig.alpha.recover();
    const kills: number[] = [];
    rig.alpha.onApplied = () => {
      const delivered = rig.alpha.memory.history.size;
      if (!KILLED_AT.includes(delivered) || kills.includes(delivered)) return;
      kills.push(delivered);
      rig.kill((name) => name.startsWith("host"));
    };
    const run = await operator.begin("dead-letters", { action: "replay", integration: "alpha" });
    await eventually(() => expect(kills).toEqual(KILLED_AT));
    await rig.stack.whenServing();
    await operator.ended(run);
    await eventually(async () => {
      await expectAllEqual(rig);
      await expectNothingLeft(rig);
    });
    expect(rig.alpha.memory.history.size).toBe(CLIENTS);
    for (const applied of rig.alpha.memory.history.values()) expect(applied).toHaveLength(1);
  });
});
