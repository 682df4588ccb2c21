import fc from "fast-check";
import { expect, test } from "vitest";
import type { CloudEvent } from "../../../engine/define/index.ts";
import { ContendedError } from "../../../engine/errors/contended-error.ts";
import { retryEvent, skipEvent } from "../../../engine/sync/control.ts";
import type { Processor } from "../../../engine/sync/process.ts";
import { type Crash, ParkingLot, type Saying, saying } from "./parking-lot.ts";
import { minute } from "./shop.ts";

const crash: fc.Arbitrary<Crash> = fc.record({
  call: fc.nat({ max: 5 }),
  when: fc.constantFrom("before", "after"),
});
/** What comes, in the order of the queue; a host may die of it, and then it comes again. */
const arrival = fc.record({
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<Saying>("email", "phone", "poison", "gone", "unheard") },
    { weight: 2, arbitrary: fc.constantFrom("again" as const, "dead" as const, "dead again" as const) },
    { weight: 5, arbitrary: fc.constantFrom("retry" as const, "skip" as const, "skip another" as const) },
    { weight: 1, arbitrary: fc.constantFrom("mend" as const, "break" as const) },
  ),
  minute: fc.nat({ max: 20 }),
  crash: fc.option(crash, { nil: undefined }),
  /** Instead of coming again, what a host died of is dead-lettered. */
  givenUp: fc.boolean(),
});
const LINE_KEY = "person|1";

/** The message that an arrival is, and the events that came before it. */
function messageOf(
  { what, minute: at }: { what: string; minute: number },
  lot: ParkingLot,
  before: readonly CloudEvent[],
  n: number,
): { event: CloudEvent; dead: boolean } | undefined {
  const earlier = before[at % Math.max(before.length, 1)];
  const skipping = { reason: "a test", actor: "ana", at: minute(n) };
  switch (what) {
    case "retry":
      return { event: retryEvent(LINE_KEY, String(n), minute(n)), dead: false };
    case "skip":
    case "skip another": {
      const first = lot.held().document?.parked?.eventId;
      const eventId = what === "skip" ? first : before.find(({ id }) => id !== first)?.id;
      return eventId === undefined
        ? undefined
        : { event: skipEvent(LINE_KEY, { ...skipping, eventId }), dead: false };
    }
    case "again":
      return earlier && { event: earlier, dead: false };
    case "dead again":
      return earlier && { event: earlier, dead: true };
    case "dead":
      return { event: saying("phone", at), dead: true };
    default:
      return { event: saying(what as Saying, at), dead: false };
  }
}

test("whatever comes and wherever hosts die, nothing is lost, doubled or out of order", async () => {
  const property = fc.asyncProperty(fc.array(arrival, { maxLength: 25 }), async (arrivals) => {
    const lot = new ParkingLot();
    const hosts = [lot.host(), lot.host()];
    const came: CloudEvent[] = [];
    for (const [n, each] of arrivals.entries()) {
      if (each.what === "mend" || each.what === "break") {
        lot.mended = each.what === "mend";
        continue;
      }
      const message = messageOf(each, lot, came, n);
      if (!message) continue;
      const { event, dead } = message;
      const give = (host: Processor, parks: boolean): Promise<void> =>
        parks ? host.park(event, "given up") : host.process([event]);
      const died = await give(each.crash ? lot.host(each.crash) : (hosts[n % 2] ?? lot.host()), dead).then(
        () => false,
        (error: unknown) => {
          if (!(error instanceof ContendedError)) throw error;
          return true;
        },
      );
      if (died) await give(hosts[n % 2] ?? lot.host(), dead || each.givenUp);
      if (!event.type.startsWith("caudal.") && !came.includes(event)) came.push(event);
      lot.check();
      const { records, line } = lot.held();
      const places = new Set([...records, ...line].map((item) => item.event.id));
      expect(places).toEqual(new Set(came.map(({ id }) => id)));
    }
    lot.mended = true;
    for (let n = 0; n < 100 && lot.held().document?.parked; n++) {
      const { eventId } = lot.held().document?.parked ?? { eventId: "" };
      const skipping = { eventId, reason: "the end", actor: "ana", at: minute(100 + n) };
      await lot.host().process([skipEvent(LINE_KEY, skipping)]);
    }
    lot.check();
    const { records, line } = lot.held();
    expect(line).toEqual([]);
    expect(records.map(({ event }) => event.id)).toEqual(came.map(({ id }) => id));
    const changed = records.filter(({ changes }) => changes.length > 0).map(({ version }) => version);
    expect(new Set(lot.announced.map(({ version }) => version))).toEqual(new Set(changed));
  });
  await fc.assert(property, { numRuns: 150 });
});

test("however two hosts overlap on one entity, each event has one record or waits once, and the document is their fold", async () => {
  const both = fc.asyncProperty(
    fc.scheduler(),
    fc.array(fc.constantFrom<Saying | "retry">("email", "phone", "poison", "retry"), { maxLength: 8 }),
    fc.array(fc.constantFrom<Saying | "retry">("email", "phone", "poison", "retry"), { maxLength: 8 }),
    fc.boolean(),
    async (scheduler, one, other, mended) => {
      const lot = new ParkingLot();
      await lot.host().process([saying("poison", 1)]);
      await lot.host().process([saying("email", 2)]);
      lot.mended = mended;
      const came: CloudEvent[] = [];
      const turn = (): Promise<void> => scheduler.schedule(Promise.resolve());
      const work = async (sayings: readonly (Saying | "retry")[]): Promise<void> => {
        const host = lot.host(undefined, turn);
        for (const [n, what] of sayings.entries()) {
          const event = what === "retry" ? retryEvent(LINE_KEY, String(n), minute(n)) : saying(what, n);
          if (what !== "retry") came.push(event);
          await host.process([event]);
        }
      };
      await scheduler.waitFor(Promise.all([work(one), work(other)]));
      lot.check();
      const { records, line } = lot.held();
      const ids = [...records, ...line].map(({ event }) => event.id);
      expect(ids).toHaveLength(came.length + 2);
      expect(new Set(ids).size).toBe(ids.length);
      const changed = records.filter(({ changes }) => changes.length > 0).map(({ version }) => version);
      expect(new Set(lot.announced.map(({ version }) => version))).toEqual(new Set(changed));
    },
  );
  await fc.assert(both, { numRuns: 150 });
});
