import { describe, expect, it } from "vitest";
import { replayDeliveries } from "../../engine/deliveries/replay-deliveries.ts";
import { countResync, resync, type ResyncState } from "../../engine/deliveries/resync.ts";
import type { Documents, Ports } from "../../engine/ports.ts";
import type { Announcement } from "../../engine/sync/announce.ts";
import type { Working } from "../../engine/runs/work.ts";
import { changeDestination } from "../../engine/deliveries/destination-state.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { Desk } from "./delivery-desk.ts";

const desk = new Desk();
const again = (ports: Ports, run: Working<ResyncState>): Promise<Record<string, unknown> | "again"> =>
  resync(desk.integration, ports, run);

/** An operator's hold, or its end. */
async function hold(on: boolean): Promise<void> {
  await changeDestination(desk.documents, "list", ({ held: _held, ...rest }) => ({
    ...rest,
    ...(on ? { held: { by: "ana", reason: "not now", at: "" } } : {}),
  }));
  desk.now += 1_000;
}

describe("a resync", () => {
  it("delivers the present documents even to a destination that had them, each once", async () => {
    const host = desk.host();
    for (const id of ["1", "2", "3"]) {
      await desk.write(2, id);
      await host.deliver(desk.announced(2, id), 1);
    }
    desk.sent = [];
    expect(await desk.run(host, {}, again)).toMatchObject({ announced: 3, done: 3, waiting: 0 });
    expect(new Set(desk.sent)).toEqual(new Set([2, "2 2", "3 2"]));
    expect(desk.seen.at(-1)?.again).toMatch(/^run-/);
    for (const { body } of desk.published) await host.deliver(body as never, 2);
    expect(desk.sent).toHaveLength(3);
  });

  it("takes some by id or by time, and counts them first", async () => {
    const host = desk.host();
    for (const id of ["1", "2", "3"]) {
      await desk.write(1, id);
      desk.now += 60_000;
    }
    const since = new Date(desk.now - 90_000).toISOString();
    expect(await countResync(desk.integration, { ids: ["1", "9"] }, host.ports)).toBe(1);
    expect(await countResync(desk.integration, { since }, host.ports)).toBe(1);
    await desk.run(host, { ids: ["1", "2"] }, again);
    expect(new Set(desk.sent)).toEqual(new Set([1, "2 1"]));
    await desk.run(host, { since }, again);
    expect(desk.sent.at(-1)).toBe("3 1");
  });

  it("does not send again what was delivered since it began", async () => {
    const host = desk.host();
    await desk.write(1);
    await desk.run(host, {}, async (ports, run: Working<ResyncState>) => {
      desk.now += 10;
      await host.deliver(desk.announced(2), 1);
      return again(ports, run);
    });
    expect(desk.sent).toEqual([2]);
  });

  it("brings a removal to who had the entity, and to nobody else", async () => {
    const host = desk.host();
    await desk.write(1);
    await host.deliver(desk.announced(1), 1);
    await desk.write(2, "1", true);
    await desk.write(2, "2", true);
    desk.seen = [];
    expect(await desk.run(host, {}, again)).toMatchObject({ announced: 2, done: 2 });
    expect(desk.seen).toMatchObject([{ id: "1", version: 2, data: undefined }]);
    expect(await desk.item("watermark")).toMatchObject({ known: false });
  });

  it("of a removed entity that a held destination never had leaves nothing that waits, and nothing in the way", async () => {
    const host = desk.host();
    await desk.write(2, "1", true);
    await hold(true);
    expect(await desk.run(host, {}, again)).toMatchObject({ announced: 1, waiting: 1 });
    await hold(false);
    await desk.wake(host);
    expect([await desk.item("pending"), desk.seen]).toEqual([undefined, []]);
    await host.deliver(desk.announced(3), 1);
    expect(desk.sent).toEqual([3]);
  });

  it("that waits is joined by what comes live, whoever drains it", async () => {
    const [a, b] = [desk.host(), desk.host()];
    await desk.write(5);
    await a.deliver(desk.announced(5), 1);
    desk.now += 1_000;
    await hold(true);
    await desk.run(a, {}, again);
    const waits = await desk.item("pending");
    await hold(false);
    // The lock of the drain is lost while it records: the live version 6 comes to another host.
    const sound = desk.documents;
    let lost = false;
    const loses: Documents["write"] = async (...asked) => {
      if (!lost) {
        lost = true;
        await desk.write(6);
        await b.deliver(desk.announced(6), 1);
      }
      return sound.write(...asked);
    };
    desk.documents = { ...sound, write: loses };
    const { data: _left, ...bare } = desk.announced(5);
    const wakes = { ...bare, wake: true, again: waits?.["again"] } as Announcement;
    await desk.host().deliver(wakes, 1);
    desk.documents = sound;
    await desk.wake(b);
    expect(desk.sent.at(-1)).toBe(6);
    expect(await desk.item("pending")).toBeUndefined();
  });

  it("comes to its end though another run wants the same entities meanwhile", async () => {
    const host = desk.host();
    for (const id of ["1", "2"]) await desk.write(1, id);
    let others = 0;
    const overtaken = await desk.run(host, {}, (ports, run: Working<ResyncState>) =>
      resync(desk.integration, ports, {
        ...run,
        save: async () => {
          if (others++ > 0) return;
          desk.now += 10;
          await desk.run(host, {}, again);
        },
      }),
    );
    expect(overtaken).toMatchObject({ announced: 2, done: 2, waiting: 0 });
  });

  it("leaves what is refused as a dead letter, and has the rest wait where the destination is held", async () => {
    const host = desk.host();
    for (const id of ["1", "2"]) await desk.write(1, id);
    desk.mood = ({ id }) => {
      if (id === "1") throw new PermanentError("no");
      return { status: "delivered" };
    };
    expect(await desk.run(host, {}, again)).toMatchObject({ announced: 2, done: 2, waiting: 0 });
    expect(await desk.item("dead-letter")).toMatchObject({ error: "no" });
    desk.mood = undefined;
    await hold(true);
    expect(await desk.run(host, {}, again)).toMatchObject({ announced: 2, done: 0, waiting: 2 });
    await hold(false);
    desk.sent = [];
    await desk.wake(host);
    expect(new Set(desk.sent)).toEqual(new Set([1, "2 1"]));
  });
});

describe("a replay of deliveries", () => {
  it("delivers again what the records name, once each, in its present state", async () => {
    const host = desk.host();
    for (const version of [1, 2]) await host.deliver(desk.announced(version), 1);
    await host.deliver(desk.announced(1, "2"), 1);
    await desk.write(2);
    await desk.write(1, "2");
    desk.sent = [];
    desk.now += 1_000;
    const which = { key: "person|1", status: "delivered" };
    expect(await desk.run(host, which, replayDeliveries)).toEqual({ records: 2, announced: 1 });
    expect(desk.sent).toEqual([2]);
    expect((await desk.records()).at(-1)).toMatchObject({ run: expect.stringMatching(/^run-/) as string });
  });
});
