import { describe, expect, it } from "vitest";
import { changeDestination } from "../../engine/deliveries/destination-state.ts";
import { wake } from "../../engine/deliveries/wake.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import type { OutgoingMessage } from "../../engine/ports.ts";
import type { Announcement } from "../../engine/sync/announce.ts";
import { Desk, TOKEN } from "./delivery-desk.ts";

const desk = new Desk();
const busy = (): never => {
  throw new RetryableError("busy", { retryAfterMs: 1 });
};

/** An operator's hold, or its end. */
async function hold(on: boolean): Promise<void> {
  await changeDestination(desk.documents, "list", ({ held: _held, ...rest }) => ({
    ...rest,
    ...(on ? { held: { by: "ana", reason: "moving house", at: "2026-03-02T09:00:00.000Z" } } : {}),
  }));
  // Hosts remember the state for a second.
  desk.now += 1_000;
}

describe("a destination that an operator holds", () => {
  it("is sent nothing; what is announced waits as one record an entity, with first and last version", async () => {
    const host = desk.host();
    await hold(true);
    await host.deliver(desk.announced(1), 1);
    await host.deliver(desk.announced(2), 1);
    await host.deliver(desk.announced(7, "2"), 1);
    expect(desk.seen).toEqual([]);
    expect(await desk.item("pending")).toMatchObject({
      first: 1,
      last: 2,
      eventId: "crm:1-2",
      reason: "held",
      detail: "held by ana: moving house",
      rounds: 0,
    });
    expect(await desk.item("pending", "2")).toMatchObject({ first: 7, last: 7 });
    expect(await desk.records()).toEqual([]);
  });

  it("is sent the newest version of each when it is released, and then nothing waits", async () => {
    const host = desk.host();
    await hold(true);
    for (const version of [1, 2, 3]) await host.deliver(desk.announced(version), 1);
    await desk.write(3);
    await hold(false);
    await desk.wake(host);
    expect(desk.sent).toEqual([3]);
    expect(await desk.item("pending")).toBeUndefined();
    expect(await desk.item("watermark")).toMatchObject({ version: 3 });
  });

  it("lets what comes after join what waits, so that one alone delivers", async () => {
    const host = desk.host();
    await hold(true);
    await host.deliver(desk.announced(1), 1);
    await hold(false);
    await host.deliver(desk.announced(2), 1);
    expect(desk.seen).toEqual([]);
    expect(await desk.item("pending")).toMatchObject({ first: 1, last: 2 });
  });

  it("keeps what was announced while a drain was at work", async () => {
    const host = desk.host();
    await hold(true);
    await host.deliver(desk.announced(1), 1);
    await hold(false);
    await desk.write(1);
    const wakes: Announcement = { ...desk.announced(1), wake: true };
    desk.mood = () => {
      desk.mood = undefined;
      return { status: "delivered" };
    };
    await host.deliver(desk.announced(2), 1);
    await host.deliver(wakes, 1);
    expect(await desk.item("pending")).toMatchObject({ last: 2 });
    expect(desk.wakeups.length).toBeGreaterThan(0);
    await desk.write(2);
    await host.deliver({ ...desk.announced(2), wake: true }, 1);
    expect(desk.sent).toEqual([1, 2]);
    expect(await desk.item("pending")).toBeUndefined();
  });
});

describe("a destination that refuses to go back by itself, whose marks are remembered", () => {
  it("has what waits go, also at a host that remembers nothing of it", async () => {
    desk.guardsVersions = true;
    const [a, b] = [desk.host(), desk.host()];
    await desk.write(6);
    await a.deliver(desk.announced(5), 1);
    await b.deliver(desk.announced(5), 2);
    await a.deliver(desk.announced(6), 1);
    await hold(true);
    // The same message again, at the host that remembers version 5.
    await b.deliver(desk.announced(6), 2);
    expect(await desk.item("pending")).toMatchObject({ last: 6 });
    await hold(false);
    await desk.wake(a);
    expect(await desk.item("pending")).toBeUndefined();
  });
});

describe("a destination that is not configured", () => {
  it("has its deliveries wait, and gets them when its settings are there", async () => {
    desk.env = {};
    await desk.host().deliver(desk.announced(1), 1);
    expect(await desk.item("pending")).toMatchObject({ reason: "unconfigured", detail: "missing API_URL" });
    desk.env = { API_URL: "http://127.0.0.1" };
    await desk.write(1);
    await desk.host().deliver({ ...desk.announced(1), wake: true }, 1);
    expect(desk.sent).toEqual([1]);
  });
});

describe("a destination that asks to be left alone", () => {
  it("for minutes is asked nothing until then, for no entity and by no host", async () => {
    const [a, b] = [desk.host(), desk.host()];
    desk.mood = () => {
      throw new RetryableError("too many", { retryAfterMs: 120_000 });
    };
    await a.deliver(desk.announced(1), 1);
    expect(desk.seen).toHaveLength(1);
    const until = new Date(desk.now + 120_000).toISOString();
    expect(await desk.item("pending")).toMatchObject({ reason: "paused", dueAt: until });
    expect(desk.wakeups).toEqual([desk.now + 120_000]);

    desk.now += 60_000;
    await b.deliver(desk.announced(1, "2"), 1);
    expect(desk.seen).toHaveLength(1);
    expect((await desk.item("pending", "2"))?.["detail"]).toContain("asked to be left alone for 120 s");

    desk.now += 60_000;
    desk.mood = undefined;
    await desk.write(1, "2");
    await b.deliver({ ...desk.announced(1, "2"), wake: true }, 1);
    expect(desk.sent).toEqual(["2 1"]);
    expect(await b.gate.probing()).toBe(false);
  });
});

describe("a destination that is released before its pause is over", () => {
  it("is sent what waits then, not when the pause would have ended", async () => {
    const host = desk.host();
    desk.mood = () => {
      throw new RetryableError("too many", { retryAfterMs: 24 * 3_600_000 });
    };
    await desk.write(1);
    await host.deliver(desk.announced(1), 1);
    expect(await desk.item("pending")).toMatchObject({ reason: "paused" });
    desk.mood = undefined;
    await changeDestination(desk.documents, "list", ({ paused: _paused, ...rest }) => rest);
    desk.now += 1_000;
    await desk.wake(host);
    expect(desk.sent).toEqual([1]);
    expect(await desk.item("pending")).toBeUndefined();
  });
});

describe("a destination that is down", () => {
  it("is left alone after five failures over three entities, and tried again after a growing pause", async () => {
    const host = desk.host();
    desk.mood = busy;
    await host.deliver(desk.announced(1, "1"), 1);
    expect(await desk.item("pending", "1")).toMatchObject({ reason: "failing" });
    await host.deliver(desk.announced(1, "2"), 1);
    expect(desk.seen).toHaveLength(10);
    await host.deliver(desk.announced(1, "3"), 1);
    expect(desk.seen).toHaveLength(11);
    await host.deliver(desk.announced(1, "4"), 1);
    expect(desk.seen).toHaveLength(11);
    expect(await desk.item("pending", "3")).toMatchObject({ reason: "paused", detail: "busy" });
    expect(await desk.item("pending", "4")).toMatchObject({ reason: "paused" });
    expect(await host.gate.closed()).toMatchObject({ reason: "paused", dueAt: desk.now + 1_000 });
  });

  it("that only one entity meets is not taken to be down", async () => {
    const host = desk.host();
    desk.mood = (snapshot) => (snapshot.id === "1" ? busy() : { status: "delivered" });
    await desk.write(1);
    await host.deliver(desk.announced(1), 1);
    await host.deliver({ ...desk.announced(1), wake: true }, 1);
    expect(desk.seen).toHaveLength(10);
    expect(await host.gate.closed()).toBeUndefined();
    await host.deliver(desk.announced(1, "2"), 1);
    expect(desk.sent).toEqual(["2 1"]);
  });
});

describe("a delivery that fails while its destination works", () => {
  it("waits longer each round, and becomes a dead letter after a day", async () => {
    const host = desk.host();
    desk.mood = busy;
    await desk.write(1);
    await host.deliver(desk.announced(1), 1);
    const waits: number[] = [];
    for (let round = 2; round <= 40; round++) {
      const pending = await desk.item("pending");
      if (!pending) break;
      const dueAt = Date.parse(String(pending["dueAt"]));
      waits.push(dueAt - desk.now);
      desk.now = dueAt;
      await host.deliver({ ...desk.announced(1), wake: true }, 1);
    }
    expect(waits.slice(0, 8)).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600].map((s) => s * 1_000));
    expect(await desk.item("pending")).toBeUndefined();
    expect((await desk.item("dead-letter"))?.["error"]).toMatch(/^given up after \d+ rounds in a day.*busy$/);
    expect(await desk.item("watermark")).toMatchObject({ version: 0, deadLetter: true });
  });

  it("does not grow old while its destination is held", async () => {
    const host = desk.host();
    desk.mood = busy;
    await desk.write(1);
    await host.deliver(desk.announced(1), 1);
    await hold(true);
    desk.now += 60_000;
    await host.deliver({ ...desk.announced(1), wake: true }, 1);
    expect(await desk.item("pending")).toMatchObject({ reason: "held" });
    desk.now += 25 * 3_600_000;
    await hold(false);
    await host.deliver({ ...desk.announced(1), wake: true }, 1);
    expect(await desk.item("pending")).toMatchObject({ reason: "failing", rounds: 2 });
    expect(await desk.item("dead-letter")).toBeUndefined();
  });

  it("keeps what it says within what the store takes, and without secrets", async () => {
    const host = desk.host();
    const said = `${TOKEN} expired ${"é🎉".repeat(700_000)}`;
    desk.mood = () => {
      throw new RetryableError(said, { retryAfterMs: 60_000 });
    };
    await host.deliver(desk.announced(1), 1);
    const state = await desk.documents.read("control", "destination|list", "destination|list");
    const kept = [await desk.item("pending"), state?.item, ...(await desk.records())];
    expect(kept).toHaveLength(3);
    for (const item of kept) {
      expect(JSON.stringify(item).length).toBeLessThan(10_000);
      expect(JSON.stringify(item)).not.toContain(TOKEN.slice(0, 8));
    }
  });

  it("is refused for good later: no record waits any more", async () => {
    const host = desk.host();
    desk.mood = busy;
    await host.deliver(desk.announced(1), 1);
    desk.mood = () => {
      throw new PermanentError("no");
    };
    await desk.write(1);
    await host.deliver({ ...desk.announced(1), wake: true }, 1);
    expect(await desk.item("pending")).toBeUndefined();
    expect(await desk.item("dead-letter")).toMatchObject({ version: 1, error: "no" });
  });
});

describe("a wakeup", () => {
  it("announces what is due, the longest due first, and plans the next one for the rest", async () => {
    const host = desk.host();
    await hold(true);
    for (const id of ["3", "1", "2"]) {
      await host.deliver(desk.announced(1, id), 1);
      desk.now += 1_000;
    }
    await hold(false);
    for (const id of ["1", "2", "3"]) await desk.write(1, id);
    expect(await desk.wake(host)).toEqual([]);
    expect(desk.sent).toEqual(["3 1", 1, "2 1"]);

    desk.mood = busy;
    await host.deliver(desk.announced(2, "3"), 1);
    expect(await desk.wake(host)).toEqual([desk.now + 30_000]);
  });

  it("announces again what another host put off again, since it still remembered the hold", async () => {
    const [host, late] = [desk.host(), desk.host()];
    await hold(true);
    await host.deliver(desk.announced(1), 1);
    await late.gate.closed();
    await desk.write(1);
    await changeDestination(desk.documents, "list", ({ held: _held, ...rest }) => rest);
    desk.now += 10;
    let first = true;
    const publish = async (messages: readonly OutgoingMessage[]): Promise<void> => {
      for (const { body } of messages) {
        const to = first ? late : host;
        first = false;
        await to.deliver(body as Announcement, 1);
        desk.now += 1_000;
      }
    };
    await wake("list", host.gate, { ...host.ports, topic: () => ({ publish }) }, async () => {});
    expect(desk.sent).toEqual([1]);
    expect(await desk.item("pending")).toBeUndefined();
  });

  it("goes to the one integration alone, in the entity's session", async () => {
    const host = desk.host();
    await hold(true);
    await host.deliver(desk.announced(1), 1);
    await desk.write(1);
    await hold(false);
    const published: OutgoingMessage[] = [];
    const publish = async (messages: readonly OutgoingMessage[]): Promise<void> => {
      published.push(...messages);
      for (const { body } of messages) await host.deliver(body as Announcement, 1);
    };
    await wake("list", host.gate, { ...host.ports, topic: () => ({ publish }) }, async () => {});
    expect(published).toMatchObject([{ sessionId: "person|1", properties: { only: "list" } }]);
  });

  it("does nothing while the destination is held, and comes again when a pause ends", async () => {
    const host = desk.host();
    await hold(true);
    await host.deliver(desk.announced(1), 1);
    expect(await desk.wake(host)).toEqual([]);
    await hold(false);
    const until = desk.now + 5_000;
    const at = new Date(desk.now).toISOString();
    await changeDestination(desk.documents, "list", (state) => ({
      ...state,
      paused: { at, until: new Date(until).toISOString(), reason: "busy", strikes: 1 },
    }));
    desk.now += 1_000;
    expect(await desk.wake(host)).toEqual([until]);
    expect(desk.seen).toEqual([]);
  });
});
