import { describe, expect, it, test } from "vitest";
import { EVENTS } from "../../engine/define/topology.ts";
import { MissingSettingError } from "../../engine/errors/missing-setting-error.ts";
import type { Ports } from "../../engine/ports.ts";
import { PSEUDONYM_KEY } from "../../engine/sync/identify.ts";
import { ImportDesk } from "./import-desk.ts";

const here = new ImportDesk();

describe("a host that dies", () => {
  const SENDING = "an event is sent";
  const SAVING = "progress is saved";
  // What it then knows of the second page, of which it may have sent two events.
  const cases = [
    { when: "before", what: SENDING, repeats: 0 },
    { when: "after", what: SENDING, repeats: 2 },
    { when: "before", what: SAVING, repeats: 2 },
    { when: "after", what: SAVING, repeats: 0 },
  ] as const;

  test.each(cases)(
    "$when $what goes on where it was, and nothing comes twice",
    async ({ when, what, repeats }) => {
      await here.load([here.row(1), here.row(2), here.row(3), here.row(4), here.row(5)]);
      const message = await here.start();
      await expect(here.work(message, dyingOnce(when, what))).rejects.toThrow("the host died");
      expect(await here.work(message)).toMatchObject({
        status: "succeeded",
        progress: { done: 5, total: 5 },
        result: { rows: 5, events: 5 - repeats, repeats, quarantined: 0 },
      });
      for (const number of [1, 2, 3, 4, 5]) expect(await here.desk.records(here.key(number))).toHaveLength(1);
    },
  );

  test.each(["before", "after"] as const)(
    "%s any call to the store goes on, and nothing is lost or comes twice",
    async (when) => {
      let call = -1;
      for (let died = true; died;) {
        call += 1;
        here.renew();
        await here.load([here.row(1), here.row(2, 5, "x".repeat(40)), here.row(3)]);
        const message = await here.start();
        here.desk.calls = 0;
        here.desk.fault = { call, when };
        died = await here.work(message).then(
          () => false,
          () => true,
        );
        here.desk.fault = undefined;
        const run = await here.work(message);
        expect(run).toMatchObject({ status: "succeeded", result: { rows: 3, quarantined: 1 } });
        for (const number of [1, 3]) expect(await here.desk.records(here.key(number))).toHaveLength(1);
        const { json } = await here.desk.ask(`GET /api/v1/quarantine?name=${here.table}`);
        expect(json["items"]).toHaveLength(1);
      }
      expect(call).toBeGreaterThan(15);
    },
  );

  /** Ports that fail at the second page, once it is there. */
  function dyingOnce(when: "before" | "after", what: (typeof cases)[number]["what"]): Ports {
    const { ports } = here.desk;
    let done = false;
    const dies = async <T>(isTime: boolean, call: () => Promise<T>): Promise<T> => {
      const now = isTime && !done;
      if (now && when === "before") throw new Error("the host died");
      const result = await call();
      done ||= now;
      if (now) throw new Error("the host died");
      return result;
    };
    const saysSecondPage = (text: string): boolean =>
      what === SENDING ? text.includes(here.key(3)) : text.includes('"done":4');
    return {
      ...ports,
      queue: (name) => ({
        send: (messages) =>
          dies(name === EVENTS && saysSecondPage(JSON.stringify(messages)), () =>
            ports.queue(name).send(messages),
          ),
      }),
      documents: {
        ...ports.documents,
        write: (container, partition, writes) =>
          dies(container === "operations" && saysSecondPage(JSON.stringify(writes)), () =>
            ports.documents.write(container, partition, writes),
          ),
      },
    };
  }
});

describe("a run that takes long", () => {
  it("goes on in the next slice, where it was", async () => {
    await here.load([here.row(1), here.row(2), here.row(3)]);
    const message = await here.start();
    here.desk.step = 6 * 60_000;
    expect(await here.work(message)).toMatchObject({ status: "running" });
    here.desk.step = 1;
    expect(await here.work(message)).toMatchObject({ status: "succeeded", result: { rows: 3, events: 3 } });
  });

  it("ends where an operator cancels it; what it did stays", async () => {
    await here.load([here.row(1), here.row(2), here.row(3)]);
    const message = await here.start();
    const { ports } = here.desk;
    const queue: Ports["queue"] = (name) => ({
      async send(messages) {
        await here.desk.ask(`POST /api/v1/runs/${message.run}/cancel`);
        await ports.queue(name).send(messages);
      },
    });
    expect(await here.work(message, { ...ports, queue })).toMatchObject({
      status: "cancelled",
      result: { rows: 2 },
    });
    expect(await here.desk.document(here.key(3))).toBeUndefined();
  });
});

describe("an import fails, and says why", () => {
  it("where another file is loaded meanwhile", async () => {
    await here.load([here.row(1), here.row(2), here.row(3)]);
    const message = await here.start();
    const { ports } = here.desk;
    const queue: Ports["queue"] = (name) => ({
      async send(messages) {
        await ports.queue(name).send(messages);
        await here.loadedAnew();
      },
    });
    expect(await here.work(message, { ...ports, queue })).toMatchObject({
      status: "failed",
      error: `another file was loaded into the dataset "${here.table}" meanwhile: the import that follows that takes its rows`,
      result: { rows: 2, events: 2 },
    });
    expect(await here.desk.document(here.key(3))).toBeUndefined();
  });

  it("where a setting is missing that ids are made with: nobody is helped by trying again", async () => {
    const events = (): never => {
      throw new MissingSettingError([PSEUDONYM_KEY.name]);
    };
    here.definition = { ...here.definition, events };
    await here.load([here.row(1)]);
    expect(await here.import()).toMatchObject({
      status: "failed",
      error: expect.stringContaining(PSEUDONYM_KEY.name) as string,
      result: { rows: 0 },
    });
  });

  it("where there is no such dataset", async () => {
    expect(await here.import()).toMatchObject({
      status: "failed",
      error: `there is no dataset "${here.table}"`,
    });
  });

  it("where the dataset lacks a column that each row must have: one fault, not one for each row", async () => {
    const cells = { filled: 1, numbers: 0, dates: 0, codes: 0 };
    const columns = ["number", "E-Mail", "at"].map((name) => ({ name, header: name, cells }));
    await here.load([here.row(1)], { columns });
    expect(await here.import()).toMatchObject({
      status: "failed",
      error: `the dataset "${here.table}" lacks what its import reads: "e-mail"; its columns are "number", "E-Mail", "at"`,
    });
    expect((await here.desk.ask(`GET /api/v1/quarantine?name=${here.table}`)).json["items"]).toEqual([]);
  });
});
