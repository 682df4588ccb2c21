import { randomUUID } from "node:crypto";
import { ServiceBusClient, type ServiceBusMessage } from "@azure/service-bus";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Announcement } from "../../engine/sync/announce.ts";
import { eventually, inFlight } from "../flows/kit/patience.ts";
import { expectAllEqual, expectNothingLeft } from "./kit/checks.ts";
import { Rig } from "./kit/rig.ts";
import { tableDisorder, watchTable } from "./kit/table-history.ts";
import { type Version, versionsOf } from "./kit/versions.ts";

const CLIENTS = 20;
const STEPS = 6;

let rig: Rig;
let bus: ServiceBusClient;
beforeAll(async () => {
  rig = await Rig.open();
  bus = new ServiceBusClient(rig.stack.ready.serviceBus);
});
afterAll(async () => {
  await bus?.close();
  await rig?.close();
});

/** An announcement as the engine makes it; without data it says that the store is to be asked. */
function messageOf({ key, id, version, eventId, data }: Version, withData: boolean): ServiceBusMessage {
  const about = { key, entity: "client", id, version, eventId, removed: false };
  const body: Announcement = withData ? { ...about, data } : about;
  return {
    body,
    contentType: "application/json",
    sessionId: key,
    messageId: randomUUID(),
    applicationProperties: { entity: "client", removed: false, changed: "|profile|work|" },
  };
}

async function publish(messages: readonly ServiceBusMessage[]): Promise<void> {
  const sender = bus.createSender("changes");
  for (let from = 0; from < messages.length; from += 50) {
    await sender.sendMessages(messages.slice(from, from + 50));
  }
  await sender.close();
}

/** Every version of every client, as the audit log has them. */
async function allVersions(): Promise<Version[]> {
  return [...(await rig.audit()).values()].flatMap(versionsOf);
}

/** Says something of each client and waits until that is everywhere: whatever was published before it is done with. */
async function expectRightAfter(step: number): Promise<void> {
  for (let n = 0; n < CLIENTS; n++) await rig.say({ number: `t${n}`, step, name: "last" });
  await eventually(async () => {
    await expectAllEqual(rig);
    await expectNothingLeft(rig);
    expect((await rig.rows()).get("t0")).toMatchObject({ step });
  });
  expect(await tableDisorder(rig)).toEqual([]);
}

describe("given announcements that come twice, late and in the wrong order", () => {
  it("first, the documents and their versions", async () => {
    await watchTable(rig);
    const clients = Array.from({ length: CLIENTS }, (_, index) => `t${index}`);
    await inFlight(clients, CLIENTS, async (number) => {
      for (let step = 1; step <= STEPS; step++) await rig.say({ number, step, name: `N${step}` });
    });
    await eventually(() => expectAllEqual(rig));
    expect(await allVersions()).toHaveLength(CLIENTS * STEPS);
  });

  it.each([
    ["all of them again, in order", (all: Version[]) => all, true],
    ["all of them again, the newest first", (all: Version[]) => all.toReversed(), true],
    ["all of them again, the newest first, without their data", (all: Version[]) => all.toReversed(), false],
  ])("%s: nothing goes back, and nothing is told twice", async (_, order, withData) => {
    const before = rig.alpha.seen.length;
    const all = await allVersions();
    await publish(order(all).map((version) => messageOf(version, withData)));
    const newest = all.findLast(({ id }) => id === "t0")?.version ?? 0;
    await expectRightAfter(STEPS + newest);
    // One request a client, for what was said last.
    expect(rig.alpha.seen.length - before).toBe(CLIENTS);
  });

  it("versions of a client that a destination has never heard of, the newest before the older ones", async () => {
    await rig.alpha.close();
    const number = "unheard";
    for (let step = 1; step <= STEPS; step++) await rig.say({ number, step });
    await eventually(() => expectAllEqual(rig, ["beta", "crm"]));
    const versions = versionsOf((await rig.audit()).get(number) ?? []);
    await publish(versions.toReversed().map((version) => messageOf(version, true)));
    await rig.alpha.listen();
    await eventually(async () => {
      await expectAllEqual(rig);
      await expectNothingLeft(rig);
    });
    expect(await tableDisorder(rig)).toEqual([]);
  });
});
