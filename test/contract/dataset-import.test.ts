import { describe, expect, it } from "vitest";
import { minute } from "../unit/sync/shop.ts";
import { ImportDesk, LOADED_AT } from "./import-desk.ts";

const here = new ImportDesk();
const emailOf = async (number: number): Promise<unknown> =>
  (await here.desk.document(here.key(number)))?.data;

describe("an import", () => {
  it("folds each row into its document, through the rule of its event, and says in the record where it stood", async () => {
    await here.load([here.row(1), undefined, here.row(2), here.row(3)]);
    const run = await here.import();
    expect(run).toMatchObject({
      status: "succeeded",
      progress: { done: 3, total: 3, unit: "rows" },
      result: { rows: 3, events: 3, repeats: 0, quarantined: 0 },
    });
    expect(await here.desk.document(here.key(2))).toEqual({
      version: 1,
      data: { identity: { number: here.id(2) }, contact: { email: "2@example.com" } },
    });
    expect(await here.desk.records(here.key(2))).toMatchObject([
      {
        outcome: "created",
        rule: { name: "person-from-person.told" },
        event: {
          id: `list:${here.id(2)}@${minute(5)}`,
          source: "list",
          time: minute(5),
          cause: `import/${here.table}/${run.run}/3`,
        },
      },
    ]);
  });

  it("sends the rows in the order of the file, so that the later one of two with an older time is refused", async () => {
    await here.load([here.row(1, 9, "new"), here.row(1, 3, "old")]);
    await here.import();
    expect(await emailOf(1)).toMatchObject({ contact: { email: "new" } });
    expect(await here.desk.records(here.key(1))).toMatchObject([
      {},
      { refused: [{ path: "contact.email" }] },
    ]);
  });

  it("takes the time at which the file was loaded where rows have none", async () => {
    here.define(true);
    await here.load([here.row(1)]);
    await here.import();
    expect(await here.desk.records(here.key(1))).toMatchObject([{ event: { time: LOADED_AT } }]);
  });

  it("takes one of two rows with one entity and one time, the first, and counts the other as a repeat", async () => {
    await here.load([here.row(1, 5, "first"), here.row(1, 5, "second")]);
    expect((await here.import()).result).toEqual({ rows: 2, events: 1, repeats: 1, quarantined: 0 });
    expect(await emailOf(1)).toMatchObject({ contact: { email: "first" } });
  });

  it("reads a cell that is nothing as an empty one", async () => {
    await here.load([here.row(1, 5, null)]);
    await here.import();
    expect(await emailOf(1)).toMatchObject({ contact: { email: "" } });
  });

  it("takes only the rows behind the one that it is told", async () => {
    await here.load([here.row(1), here.row(2), here.row(3)]);
    const run = await here.import({ afterRow: 2 });
    expect(run).toMatchObject({ progress: { done: 1, total: 1 }, request: { afterRow: 2 } });
    expect(here.desk.sent).toMatchObject([{ sessionId: here.key(3) }]);
  });

  it("of a dataset without rows ends at once", async () => {
    await here.load([]);
    expect(await here.import()).toMatchObject({ status: "succeeded", result: { rows: 0 } });
  });
});

describe("the same rows again", () => {
  it("change nothing, are not even sent, and are counted as repeats", async () => {
    await here.load([here.row(1), here.row(2), here.row(3)]);
    await here.import();
    here.desk.sent.length = 0;
    await here.load([here.row(1), here.row(2), here.row(3), here.row(4)], { version: "load-2" });
    expect((await here.import()).result).toEqual({ rows: 4, events: 1, repeats: 3, quarantined: 0 });
    expect(here.desk.sent).toMatchObject([{ sessionId: here.key(4) }]);
    expect(await here.desk.records(here.key(1))).toHaveLength(1);
  });

  it("have no effect while the events of before are still on the queue, and so are sent again", async () => {
    await here.load([here.row(1)]);
    here.desk.still = true;
    await here.import();
    await here.import();
    expect(here.desk.sent).toHaveLength(2);
    for (const { body } of here.desk.sent) await here.desk.take(body as never);
    expect(await here.desk.records(here.key(1))).toHaveLength(1);
  });
});

describe("a row that no event can be made of", () => {
  const long = "x".repeat(40);
  const list = async (token?: string): Promise<readonly Record<string, unknown>[]> => {
    const asked = `GET /api/v1/quarantine?via=import&name=${here.table}`;
    return (await here.desk.ask(asked, { token })).json["items"] as Record<string, unknown>[];
  };

  it("goes to quarantine with its place in the file and what is wrong, and the others go on", async () => {
    await here.load([here.row(1), here.row(2, 5, long), ["", "no number", minute(5)], here.row(4)]);
    expect((await here.import()).result).toEqual({ rows: 4, events: 2, repeats: 0, quarantined: 2 });
    const items = await list();
    expect(items.toSorted((one, other) => Number(one["row"]) - Number(other["row"]))).toMatchObject([
      { via: "import", name: here.table, row: 2, issues: [{ path: "e-mail", message: "is too long" }] },
      { row: 3, issues: [{ message: expect.stringContaining("an id part of person must be") as string }] },
    ]);
    const id = String(items.find(({ row }) => row === 2)?.["id"]);
    const { payload } = (await here.desk.ask(`GET /api/v1/quarantine/${id}`)).json as {
      payload: { body: string };
    };
    expect(JSON.parse(payload.body)).toEqual({ number: here.id(2), "e-mail": long, at: minute(5) });
  });

  it("takes the same place when it comes again", async () => {
    await here.load([here.row(2, 5, long)]);
    await here.import();
    await here.import();
    expect(await list()).toHaveLength(1);
  });

  it("is shown to an auditor without what it says", async () => {
    await here.load([here.row(2, 5, long)]);
    await here.import();
    const json = { name: `auditor of ${here.table}`, roles: ["auditor"] };
    const token = String((await here.desk.ask("POST /api/v1/tokens", { json })).json["token"]);
    const [item] = await list(token);
    expect(item).toMatchObject({ row: 1, issues: [{ path: "e-mail", message: "[masked]" }] });
    const one = await here.desk.ask(`GET /api/v1/quarantine/${String(item?.["id"])}`, { token });
    expect(one.status).toBe(200);
    expect(one.json).not.toHaveProperty("payload");
  });

  it.each([false, true])(
    "is replayed as the import would have taken it (without a time of its own: %s)",
    async (timeless) => {
      here.define(timeless);
      await here.load([here.row(2, 5, long)]);
      await here.import();
      const [item] = await list();
      here.longest = 100;
      const replay = { action: "replay", via: "import", name: here.table };
      await here.desk.ask("POST /api/v1/quarantine", { json: replay });
      expect(await here.desk.run()).toMatchObject({ result: { replayed: 1, refused: 0 } });
      const time = timeless ? LOADED_AT : minute(5);
      expect(await here.desk.records(here.key(2))).toMatchObject([
        { event: { id: `list:${here.id(2)}@${time}`, cause: `quarantine/${String(item?.["id"])}` } },
      ]);
      expect(await list()).toEqual([]);
      // The import knows it from then on.
      expect((await here.import()).result).toMatchObject({ events: 0, repeats: 1, quarantined: 0 });
    },
  );
});

describe("an import that was a mistake", () => {
  it("is taken back whole, by its run, and stays so when its rows come again", async () => {
    await here.load([here.row(1, 3), here.row(2, 3)]);
    await here.import();
    await here.load([here.row(1, 5, "wrong"), here.row(2, 5, "wrong"), here.row(3, 5, "wrong")], {
      version: "load-2",
    });
    const { run } = await here.import();
    const json = { run, reason: "the wrong file" };
    expect((await here.desk.ask("POST /api/v1/undo", { json })).status).toBe(202);
    expect((await here.desk.run())["result"]).toMatchObject({ updated: 2, removed: 1 });
    const standing = async (): Promise<void> => {
      expect(await emailOf(1)).toMatchObject({ contact: { email: "1@example.com" } });
      expect(await emailOf(2)).toMatchObject({ contact: { email: "2@example.com" } });
      expect(await here.desk.document(here.key(3))).toBeUndefined();
    };
    await standing();
    expect((await here.import()).result).toMatchObject({ events: 0, repeats: 3 });
    await standing();
  });

  it("is taken back row by row, by the cause of one", async () => {
    await here.load([here.row(1), here.row(2)]);
    const { run } = await here.import();
    const json = { cause: `import/${here.table}/${run}/2`, reason: "the wrong row" };
    await here.desk.ask("POST /api/v1/undo", { json });
    await here.desk.run();
    expect(await here.desk.document(here.key(1))).toBeDefined();
    expect(await here.desk.document(here.key(2))).toBeUndefined();
  });
});

it("is what an explanation of a value names: the dataset, the run and the row", async () => {
  await here.load([here.row(1)]);
  const { run } = await here.import();
  const { json } = await here.desk.ask(
    `GET /api/v1/entities/person/${here.id(1)}/explain?path=contact.email`,
  );
  expect(json).toMatchObject({
    value: "1@example.com",
    setBy: { origin: { kind: "import", dataset: here.table, run, row: 1, link: `/api/v1/runs/${run}` } },
  });
});
