import { describe, expect, it } from "vitest";
import { keepDeadMessage } from "../../engine/deliveries/collect.ts";
import { discardDeadLetters } from "../../engine/deliveries/discard.ts";
import { groupDeadLetters } from "../../engine/deliveries/groups.ts";
import {
  countDeadLetters,
  listDeadLetters,
  placeOf,
  replayDeadLetters,
  type ReplayState,
  shownId,
} from "../../engine/deliveries/replay.ts";
import { changeDestination } from "../../engine/deliveries/destination-state.ts";
import { resync, type ResyncState } from "../../engine/deliveries/resync.ts";
import type { Documents } from "../../engine/ports.ts";
import type { Working } from "../../engine/runs/work.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import type { Snapshot } from "../../engine/define/index.ts";
import { Desk } from "./delivery-desk.ts";

const desk = new Desk();

/** A destination that refuses some, and says so with their id. */
function refuses(...ids: string[]): (snapshot: Snapshot) => { status: "delivered" } {
  return ({ id }) => {
    if (ids.includes(id)) throw new PermanentError(`PUT /people/${id} was answered 422`);
    return { status: "delivered" };
  };
}

async function letters(): Promise<readonly Record<string, unknown>[]> {
  const page = await listDeadLetters(desk, {}, {});
  return page.items as unknown as Record<string, unknown>[];
}

describe("a delivery that is refused for good", () => {
  it("is a dead letter with its reason, its first and its last failure", async () => {
    const host = desk.host();
    desk.mood = refuses("12345");
    const first = new Date(desk.now).toISOString();
    await host.deliver(desk.announced(1, "12345"), 1);
    desk.now += 60_000;
    const last = new Date(desk.now).toISOString();
    await host.deliver(desk.announced(2, "12345"), 1);
    expect(await letters()).toMatchObject([
      {
        key: "person|12345",
        origin: "delivery",
        integration: "list",
        version: 2,
        attempts: 2,
        error: "PUT /people/12345 was answered 422",
        fault: "PUT /people/… was answered 422",
        firstAt: first,
        lastAt: last,
        eventId: "crm:12345-2",
      },
    ]);
  });

  it("is no dead letter any more when a later version gets through", async () => {
    const host = desk.host();
    desk.mood = refuses("1");
    await host.deliver(desk.announced(1), 1);
    desk.mood = undefined;
    await host.deliver(desk.announced(2), 1);
    expect(await letters()).toEqual([]);
    const mark = await desk.item("watermark");
    expect([mark?.["version"], mark?.["deadLetter"]]).toEqual([2, undefined]);
  });

  it("is counted with those that failed alike", async () => {
    const host = desk.host();
    desk.mood = refuses("10001", "10002", "10003");
    for (const id of ["10001", "10002", "10003"]) await host.deliver(desk.announced(1, id), 1);
    desk.mood = () => {
      throw new PermanentError("the mapping threw");
    };
    await host.deliver(desk.announced(1, "4"), 1);
    expect(await groupDeadLetters(desk, {})).toMatchObject([
      { integration: "list", fault: "PUT /people/… was answered 422", count: 3 },
      { integration: "list", fault: "the mapping threw", count: 1 },
    ]);
    expect(await countDeadLetters(desk, { fault: "the mapping threw" })).toBe(1);
  });
});

describe("a refusal that another host has overtaken", () => {
  it("leaves no dead letter", async () => {
    await desk.write(6);
    desk.mood = ({ version }) => {
      if (version === 5) throw new PermanentError("older");
      return { status: "delivered" };
    };
    const other = desk.host();
    const sound = desk.documents;
    let overtaken = false;
    const overtakes: Documents["write"] = async (...asked) => {
      if (!overtaken) {
        overtaken = true;
        await other.deliver(desk.announced(6), 1);
      }
      return sound.write(...asked);
    };
    desk.documents = { ...sound, write: overtakes };
    await desk.host().deliver(desk.announced(5), 1);
    desk.documents = sound;
    expect(await desk.item("watermark")).toMatchObject({ version: 6 });
    expect(await letters()).toEqual([]);
  });
});

describe("a replay", () => {
  it("brings the present document, and the dead letter goes with its success", async () => {
    const host = desk.host();
    desk.mood = refuses("1", "2");
    await host.deliver(desk.announced(1), 1);
    await host.deliver(desk.announced(1, "2"), 1);
    await desk.write(3);
    await desk.write(1, "2");
    desk.mood = refuses("2");
    const result = await desk.run(host, {}, replayDeadLetters);
    expect(result).toMatchObject({ replayed: 2, gone: 1, failed: 1, waiting: 0 });
    expect(desk.sent).toEqual([3]);
    expect(await letters()).toMatchObject([{ key: "person|2", attempts: 2 }]);
    expect(desk.published.map(({ sessionId, properties }) => [sessionId, properties])).toContainEqual([
      "person|1",
      { only: "list" },
    ]);
  });

  it("takes one, a group, or what a filter says", async () => {
    const host = desk.host();
    desk.mood = refuses("1", "2", "3");
    for (const id of ["1", "2", "3"]) {
      await desk.write(1, id);
      await host.deliver(desk.announced(1, id), 1);
      desk.now += 10;
    }
    desk.mood = undefined;
    const [newest] = (await listDeadLetters(desk, {}, {})).items;
    if (!newest) throw new Error("no dead letter");
    expect(placeOf(shownId(newest))).toEqual({ key: "person|3", id: "dead-letter|list" });
    await desk.run(host, { ids: [shownId(newest)] }, replayDeadLetters);
    expect(desk.sent).toEqual(["3 1"]);
    await desk.run(host, { key: "person|2" }, replayDeadLetters);
    expect(desk.sent).toEqual(["3 1", "2 1"]);
  });

  it("brings what a resync was refused, though the destination had that version once", async () => {
    const host = desk.host();
    await desk.write(1);
    await host.deliver(desk.announced(1), 1);
    desk.now += 1_000;
    desk.mood = refuses("1");
    await desk.run(host, {}, (ports, run: Working<ResyncState>) => resync(desk.integration, ports, run));
    expect(await letters()).toMatchObject([{ version: 1 }]);
    desk.now += 1_000;
    desk.mood = undefined;
    expect(await desk.run(host, {}, replayDeadLetters)).toMatchObject({ replayed: 1, gone: 1 });
    expect(desk.sent).toEqual([1, 1]);
    expect(await letters()).toEqual([]);
  });

  it("to a destination that is held ends soon, counts what waits, and goes on in its next slice where it was", async () => {
    const host = desk.host();
    const ids = Array.from({ length: 150 }, (_, index) => String(index + 1));
    desk.mood = refuses(...ids);
    for (const id of ids) {
      await desk.write(1, id);
      await host.deliver(desk.announced(1, id), 1);
    }
    desk.mood = undefined;
    await changeDestination(desk.documents, "list", (state) => ({
      ...state,
      held: { by: "ana", reason: "not now", at: "" },
    }));
    desk.now += 1_000;
    let state: ReplayState | undefined;
    let pages = 0;
    const slice = (): Promise<Record<string, unknown> | "again"> =>
      desk.run(host, {}, (ports, run: Working<ReplayState>) => {
        const save: typeof run.save = async (change) => void (state = change.state ?? state);
        return replayDeadLetters(ports, { ...run, id: "run-1", state, save, spent: () => pages++ > 0 });
      });
    expect(await slice()).toBe("again");
    pages = 0;
    expect(await slice()).toMatchObject({ replayed: 150, gone: 0, failed: 0, waiting: 150 });
    expect(desk.published).toHaveLength(150);
  });

  it("done again after a crash sends nothing twice", async () => {
    const host = desk.host();
    desk.mood = refuses("1");
    await desk.write(1);
    await host.deliver(desk.announced(1), 1);
    desk.mood = undefined;
    const crash = desk.run(host, {}, async (ports, run) => {
      const publish = async (
        ...messages: Parameters<ReturnType<typeof ports.topic>["publish"]>
      ): Promise<void> => {
        await ports.topic("").publish(...messages);
        throw new Error("killed");
      };
      return replayDeadLetters({ ...ports, topic: () => ({ publish }) }, run as never);
    });
    await expect(crash).rejects.toThrow("killed");
    await desk.run(host, {}, replayDeadLetters);
    expect(desk.sent).toEqual([1]);
    expect(await letters()).toEqual([]);
  });
});

describe("a message that the broker dead-lettered", () => {
  const message = {
    body: { ...desk.announced(1) },
    messageId: "m-1",
    sessionId: "person|1",
    properties: {
      entity: "person",
      changed: "|contact|",
      deadLetterReason: "Poison",
      deadLetterErrorDescription: "by hand",
    },
    deliveries: 3,
  };

  it("is kept with body, session and properties, and told why", async () => {
    await keepDeadMessage(desk.documents, "list", message, desk.now);
    await keepDeadMessage(desk.documents, "list", message, desk.now);
    expect(await letters()).toMatchObject([
      {
        key: "person|1",
        origin: "broker",
        integration: "list",
        error: "Poison: by hand",
        attempts: 3,
        message: {
          messageId: "m-1",
          sessionId: "person|1",
          properties: { entity: "person", changed: "|contact|" },
        },
      },
    ]);
  });

  it("is replayed as it was, to its own integration, and takes effect once", async () => {
    const host = desk.host();
    await keepDeadMessage(desk.documents, "list", message, desk.now - 1_000);
    await desk.run(host, {}, replayDeadLetters);
    expect(desk.published).toEqual([
      {
        body: message.body,
        sessionId: "person|1",
        messageId: "m-1",
        properties: { entity: "person", changed: "|contact|", only: "list" },
      },
    ]);
    expect([desk.sent, await letters()]).toEqual([[1], []]);
  });
});

describe("discarding", () => {
  it("takes dead letters off the list and sends nothing", async () => {
    const host = desk.host();
    desk.mood = refuses("1");
    await host.deliver(desk.announced(1), 1);
    desk.mood = undefined;
    expect(await discardDeadLetters(desk, { integration: "list" })).toBe(1);
    expect(await letters()).toEqual([]);
    expect((await desk.item("watermark"))?.["deadLetter"]).toBeUndefined();
    await host.deliver(desk.announced(2), 1);
    expect(desk.sent).toEqual([2]);
  });
});
