import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../flows/kit/patience.ts";
import { expectAllEqual, expectEveryAttemptRecorded, expectNothingLeft } from "./kit/checks.ts";
import * as moods from "./kit/moods.ts";
import { Operator } from "./kit/operator.ts";
import { Rig } from "./kit/rig.ts";

const CLIENTS = 4;
const STEPS = 2;

let rig: Rig;
let operator: Operator;
/** Where a redirection leads: nobody may come. */
let elsewhere: Server;
let strangers = 0;
beforeAll(async () => {
  rig = await Rig.open();
  operator = new Operator(rig);
  elsewhere = createServer((_, response) => {
    strangers += 1;
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(elsewhere, "listening");
});
afterEach(() => {
  rig.alpha.recover();
});
afterAll(async () => {
  await rig?.close();
  elsewhere?.close();
});

let cases = 0;
/** The names of a case's own clients. */
function newClients(): string[] {
  cases += 1;
  return Array.from({ length: CLIENTS }, (_, index) => `m${cases}x${index}`);
}

async function sayAll(clients: readonly string[]): Promise<void> {
  for (let step = 1; step <= STEPS; step++) {
    for (const number of clients) await rig.say({ number, step });
  }
}

/** Everything is where it should be, applied once, and no attempt went unrecorded. */
async function expectRight(): Promise<void> {
  await eventually(async () => {
    await expectAllEqual(rig);
    await expectNothingLeft(rig);
    await expectEveryAttemptRecorded(rig, "alpha");
  }, 60_000);
}

describe("given a destination that treats the first request of each version badly", () => {
  it.each<[string, moods.Mood, { askedMs?: number }?]>([
    ["it hangs", moods.hang],
    ["it is busy for a second", moods.busyFor(1), { askedMs: 1_000 }],
    // A date has no milliseconds: two seconds ahead of it means one at least.
    ["it is busy until a date", moods.busyUntil(2_000), { askedMs: 1_000 }],
    ["it fails with 500", moods.answering(500)],
    ["it fails with 503", moods.answering(503)],
    ["it takes too long with 408", moods.answering(408)],
    ["it applies it and never answers", moods.applyThenSilence],
    ["it applies it and hangs up in the middle of its answer", moods.applyThenReset],
    ["it hangs up before it reads", moods.resetBeforeReading],
    ["it applies it and answers a byte at a time", moods.drip],
    ["it applies it and answers with 50 MB", moods.hugeBody],
    ["it applies it and answers with what is no JSON", moods.invalidJson],
  ])(
    "%s: every version is applied once and in order, every attempt is recorded",
    async (_, mood, { askedMs = 0 } = {}) => {
      const before = rig.alpha.seen.length;
      rig.alpha.meetFirst(mood);
      await sayAll(newClients());
      await expectRight();
      const requests = [...Map.groupBy(rig.alpha.seen.slice(before), ({ key }) => key).values()];
      expect(requests.length).toBeGreaterThanOrEqual(CLIENTS);
      for (const [first, again] of requests) {
        expect(first?.outcome).toBe("mood");
        expect((again?.at ?? Infinity) - (first?.at ?? 0)).toBeGreaterThanOrEqual(askedMs);
      }
    },
  );
});

describe("given a destination that refuses", () => {
  it("one entity with 422: that one is a dead letter at once, the others go on; a later success clears it", async () => {
    const clients = newClients();
    const [bad = ""] = clients;
    rig.alpha.meetAll(moods.answering(422), ({ id }) => id === bad);
    await sayAll(clients);
    await eventually(async () => {
      const dead = await operator.deadLetters("?integration=alpha");
      expect(dead.map(({ key, version, origin }) => ({ key, version, origin }))).toEqual([
        { key: `client|${bad}`, version: STEPS, origin: "delivery" },
      ]);
      for (const good of clients.slice(1)) expect(rig.alpha.memory.standing.get(good)?.version).toBe(STEPS);
    });
    // One attempt a version: what is refused for good is not tried again.
    expect(rig.alpha.seen.filter(({ id }) => id === bad)).toHaveLength(STEPS);
    expect(await operator.integration("alpha")).toMatchObject({ state: "open", deadLetters: 1 });
    rig.alpha.recover();
    await rig.say({ number: bad, step: STEPS + 1 });
    await expectRight();
  });

  it("with a redirection to another host: nobody goes there, and a replay brings it when it is mended", async () => {
    const { port } = elsewhere.address() as AddressInfo;
    rig.alpha.meetAll(moods.redirecting(`http://127.0.0.1:${port}/`));
    const clients = newClients();
    await sayAll(clients);
    await eventually(async () => {
      const dead = await operator.deadLetters("?integration=alpha");
      expect(dead.map(({ key }) => key).toSorted()).toEqual(clients.map((number) => `client|${number}`));
    });
    expect(strangers).toBe(0);
    rig.alpha.recover();
    await operator.ended(await operator.begin("dead-letters", { action: "replay", integration: "alpha" }));
    await expectRight();
  });

  it("connections for a while: what waits goes out when it is back", async () => {
    await rig.alpha.close();
    await sayAll(newClients());
    await eventually(async () => {
      expect(await operator.integration("alpha")).toMatchObject({ state: "paused", pending: CLIENTS });
    });
    await rig.alpha.listen();
    await expectRight();
  });
});

describe("given a destination that asks to be left alone for longer than a function is held", () => {
  it("nothing is sent to it until then, and everything after that", async () => {
    rig.alpha.meetFirst(moods.busyFor(25));
    const [number = ""] = newClients();
    await rig.say({ number, step: 1 });
    const { until } = await eventually(async () => {
      const shown = await operator.integration("alpha");
      expect(shown).toMatchObject({ state: "paused", pending: 1 });
      return shown;
    });
    rig.alpha.recover();
    await rig.say({ number, step: 2 });
    await expectRight();
    const [first, ...later] = rig.alpha.seen.filter(({ id }) => id === number);
    expect(first).toBeDefined();
    expect(later.length).toBeGreaterThan(0);
    for (const { at } of later) expect(at).toBeGreaterThanOrEqual(Date.parse(until ?? ""));
  });
});
