import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { atRate, eventually } from "../flows/kit/patience.ts";
import { expectAllEqual, expectNothingLeft } from "./kit/checks.ts";
import { delaysTo, p95, type SentStep } from "./kit/delays.ts";
import { Operator } from "./kit/operator.ts";
import { Rig } from "./kit/rig.ts";

const CLIENTS = 50;
const EVENTS = 500;
const PER_SECOND = 25;
const ROUNDS = 2;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(async () => {
  await rig?.close();
});

/** Sends a run of events at a steady rate, and how long each took to reach the two systems that are well. */
async function run(tag: string, events: number): Promise<number[]> {
  const sent: SentStep[] = [];
  const all = Array.from({ length: events }, (_, index) => ({
    number: `${tag}${index % CLIENTS}`,
    step: Math.floor(index / CLIENTS) + 1,
  }));
  await atRate(all, PER_SECOND, async (said) => {
    sent.push({ ...said, at: Date.now() });
    await rig.say(said);
  });
  return eventually(() => [rig.beta, rig.crm].flatMap((system) => delaysTo(system, sent)));
}

describe(`given ${ROUNDS * EVENTS} events over ${CLIENTS} clients with a destination down, and as many with all of them up`, () => {
  it("the other destinations get theirs as soon as without it, as the figures say", async () => {
    const up: number[] = [];
    const down: number[] = [];
    // A process that has just started compiles most of the time.
    await run("warm", 4 * CLIENTS);
    for (let round = 1; round <= ROUNDS; round++) {
      up.push(...(await run(`u${round}`, EVENTS)));
      await rig.alpha.close();
      down.push(...(await run(`d${round}`, EVENTS)));
      expect(await new Operator(rig).integration("alpha")).toMatchObject({ state: "paused" });
      await rig.alpha.listen();
      // What waited goes out before the next round, so that no round bears another's load.
      await eventually(() => expectNothingLeft(rig), 120_000);
    }
    const [withIt, without] = [p95(up), p95(down)];
    console.log(
      `p95 from sending to arrival: ${withIt} ms with all up, ${without} ms with one down, ratio ${(without / withIt).toFixed(2)}`,
    );
    expect(down).toHaveLength(up.length);
  });

  it("the one that was down has everything in the end, in order per entity, with nothing waiting", async () => {
    await eventually(async () => {
      await expectAllEqual(rig);
      await expectNothingLeft(rig);
    }, 120_000);
  });
});
