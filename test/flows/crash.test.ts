import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Business, eventually, inFlight } from "./kit/business.ts";
import { expectDestinationsEqual, expectWholeAudit } from "./kit/checks.ts";

const CUSTOMERS = 10;
const EVENTS = 200;

let business: Business;
beforeAll(async () => {
  business = await Business.open();
});
afterAll(async () => {
  await business?.close();
});

/** Sends a run of events, patiently as a webhook's sender does, and does `harm` when a third of them is in. */
async function sendThrough(tag: string, harm: () => void | Promise<void>): Promise<void> {
  let taken = 0;
  const started = Date.now() - 3_600_000;
  const events = Array.from({ length: EVENTS }, (_, index) => index);
  let harmed: Promise<void> | undefined;
  await inFlight(events, 10, async (index) => {
    const time = new Date(started + index * 1_000).toISOString();
    const body = business.contact(`${tag}${index % CUSTOMERS}`, { email: `v${index}@example.com` }, time);
    await business.deliver(body, `${tag}-${index}`);
    taken += 1;
    if (taken === Math.floor(EVENTS / 3)) harmed = Promise.resolve(harm());
  });
  expect(harmed).toBeDefined();
  await harmed;
}

/** Nothing lost, nothing twice, nothing out of order, everything delivered. */
async function expectWhole(tag: string): Promise<void> {
  await eventually(async () => {
    const [documents, audit] = await Promise.all([business.documents(), business.audit()]);
    for (let n = 0; n < CUSTOMERS; n++) {
      const id = `CC-${tag}${n}`;
      const last = EVENTS - CUSTOMERS + n;
      expect(documents.get(id)).toMatchObject({ data: { contact: { email: `v${last}@example.com` } } });
      const ids = audit.get(id)?.map(({ event }) => event.id) ?? [];
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toHaveLength(EVENTS / CUSTOMERS);
    }
    await expectDestinationsEqual(business);
  }, 120_000);
  await expectWholeAudit(business);
}

function kill(name: string): void {
  const found = business.stack.processes().find((each) => each.name === name);
  if (!found)
    throw new Error(
      `no process ${name} among ${business.stack
        .processes()
        .map((each) => each.name)
        .join(", ")}`,
    );
  process.kill(found.pid, "SIGKILL");
}

describe("kill -9 in the middle of a run loses nothing and applies nothing twice", () => {
  it.each(["broker", "cosmos", "host", "host-2", "mysql", "mysql-server", "blob"])("%s", async (name) => {
    const tag = name.replace("-", "");
    await sendThrough(tag, () => kill(name));
    await expectWhole(tag);
  });

  it("all of them at once, and a new start on the same data", async () => {
    await sendThrough("all", async () => {
      for (const { pid } of business.stack.processes()) process.kill(pid, "SIGKILL");
      await business.stack.stop();
      await business.start();
    });
    await expectWhole("all");
  });
});
