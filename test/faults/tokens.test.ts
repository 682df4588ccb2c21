import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, inFlight } from "../flows/kit/patience.ts";
import { expectAllEqual, expectEveryAttemptRecorded, expectNothingLeft } from "./kit/checks.ts";
import { Rig } from "./kit/rig.ts";

const DELIVERIES = 100;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open({ hosts: 2 });
});
afterAll(async () => {
  await rig?.close();
});

async function sayAll(tag: string): Promise<void> {
  const clients = Array.from({ length: DELIVERIES }, (_, index) => `${tag}${index}`);
  await inFlight(clients, 20, (number) => rig.say({ number, step: 1 }));
  await eventually(async () => {
    await expectAllEqual(rig);
    await expectNothingLeft(rig);
    await expectEveryAttemptRecorded(rig, "beta");
  });
}

describe(`given ${DELIVERIES} deliveries on two hosts to a system that gives out access tokens`, () => {
  it("they all go out under one token", async () => {
    await sayAll("first");
    expect(rig.beta.door.refreshes).toBe(1);
  });

  it("when that expired early, it is refreshed once", async () => {
    rig.beta.door.expire();
    await sayAll("second");
    expect(rig.beta.door.refreshes).toBe(2);
    expect(rig.beta.seen.some(({ outcome }) => outcome === "turned away")).toBe(true);
  });

  it("hosts that start anew go on with the token that there is", async () => {
    await rig.restart();
    await sayAll("third");
    expect(rig.beta.door.refreshes).toBe(2);
  });
});
