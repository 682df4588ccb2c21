import { afterAll, beforeAll, expect, it } from "vitest";
import { Business, eventually, inFlight } from "../flows/kit/business.ts";
import { expectDestinationsEqual, expectWholeAudit } from "../flows/kit/checks.ts";

const CUSTOMERS = 30;
const EVENTS = 1_500;
const IN_FLIGHT = 20;
/** Between one kill and the next. */
const PAUSE_MS = 1_500;
/** Prints as it goes, so that a run can be repeated: `CAUDAL_SEED=7 npm run test:faults`. */
const SEED = Number(process.env["CAUDAL_SEED"] ?? Date.now() % 1_000_000);

let business: Business;
beforeAll(async () => {
  business = await Business.open({ hosts: 2 });
});
afterAll(async () => {
  await business?.close();
});

/** Numbers below `limit`, the same for the same seed (mulberry32). */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

interface Sent {
  readonly customer: number;
  readonly id: string;
  readonly body: string;
}

/** What a CRM says in a day: parts of contacts and removals, some of it in the wrong order and twice. */
function day(next: (limit: number) => number): Sent[] {
  const begin = Date.now() - 3_600_000;
  const said = Array.from({ length: EVENTS }, (_, index): Sent => {
    const customer = next(CUSTOMERS);
    const time = new Date(begin + (index + next(40)) * 1_000).toISOString();
    const documentNumber = `K${customer}`;
    // Each has an address to write to: a contact without one is ignored by marketing, which keeps what it had.
    const email = `v${index}@example.com`;
    const data = [
      { email },
      { email, phone: next(4) ? `+5730${String(index).padStart(8, "0")}` : null },
      { email, givenName: `N${index}`, marketingConsent: next(2) === 0 },
      { email, address: { line1: `Calle ${index}`, city: "Bogotá", country: "CO" } },
    ][next(4)];
    const body =
      next(25) === 0
        ? JSON.stringify({
            type: "contact.removed",
            timestamp: time,
            data: { documentType: "CC", documentNumber },
          })
        : business.contact(documentNumber, data, time);
    return { customer, id: `kill-${SEED}-${index}`, body };
  });
  return said.flatMap((each) => (next(10) === 0 ? [each, each] : [each]));
}

it(`whatever is killed, whenever (seed ${SEED})`, async () => {
  const next = numbers(SEED);
  const sent = day(next);
  const sending = new AbortController();
  const kills: string[] = [];
  const killing = (async () => {
    while (!sending.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const alive = business.stack.processes();
      const { name, pid } = alive[next(alive.length)] ?? {};
      if (pid === undefined) continue;
      kills.push(String(name));
      process.kill(pid, "SIGKILL");
    }
  })();
  await inFlight(sent, IN_FLIGHT, ({ body, id }) => business.deliver(body, id));
  sending.abort();
  await killing;
  console.log(`seed ${SEED}: ${sent.length} sent, killed ${kills.join(" ")}`);

  await eventually(async () => {
    const audit = await business.audit();
    const ids = [...audit.values()].flat().map(({ event }) => event.id);
    expect(ids.length).toBe(EVENTS);
    expect(new Set(ids)).toEqual(new Set(sent.map(({ id }) => `crm:${id}`)));
    await expectDestinationsEqual(business);
  }, 180_000);
  await expectWholeAudit(business);
});
