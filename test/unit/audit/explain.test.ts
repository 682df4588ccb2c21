import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deliveryOf } from "../../../engine/audit/explain/deliveries.ts";
import { historyOf, type Lost, type ReadRecord } from "../../../engine/audit/explain/leaf.ts";
import { originOf } from "../../../engine/audit/explain/origin.ts";
import { whyLost, whySet } from "../../../engine/audit/explain/words.ts";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import { undoEvent } from "../../../engine/sync/control.ts";
import { eachLeaf, pathSegments, pathText, valueAt } from "../../../engine/sync/paths.ts";
import { event, fold, gone, minute, person, told } from "../sync/shop.ts";

const read = (records: readonly AuditRecord[]): ReadRecord[] =>
  records.toReversed().map((record) => ({ record, lost: false, isErased: () => false }));
const history = (path: string, records: readonly AuditRecord[], limit = 100): ReturnType<typeof historyOf> =>
  historyOf(path, { changed: read(records), refused: read(records) }, limit, (_, value) => value);

describe("the history of a leaf", () => {
  it("begins with the value that stands, and each value is what the one after it took the place of", () => {
    const anything = fc.record({
      at: fc.integer({ min: 1, max: 9 }),
      source: fc.constantFrom("crm", "store"),
      facts: fc.option(
        fc.record(
          {
            email: fc.constantFrom("a", "b", null),
            phone: fc.constantFrom("1", "2", null),
            consent: fc.boolean(),
          },
          { requiredKeys: [] },
        ),
      ),
    });
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 12 }), (all) => {
        const events = all.map(({ at, source, facts }) =>
          facts ? event(told.type, minute(at), facts, source) : event(gone.type, minute(at), {}, source),
        );
        const { state, records } = fold(events);
        const paths = new Set(
          records.flatMap(({ changes, refused = [] }) => [...changes, ...refused].map(({ path }) => path)),
        );
        eachLeaf(state.data, (at) => paths.add(pathText(at)));
        for (const path of paths) {
          const { setBy, earlier, lost, more } = history(path, records);
          expect(setBy?.value).toEqual(valueAt(state.data, pathSegments(path)));
          expect(setBy?.old).toEqual(earlier[0]?.value);
          expect(more).toEqual({ earlier: false, lost: false });
          const times = records.flatMap(({ refused = [] }) => refused).filter((each) => each.path === path);
          expect(lost).toHaveLength(times.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("is cut after so many earlier and lost values, and says so", () => {
    const { records } = fold([
      ...["a", "b", "c", "d"].map((email, at) => event(told.type, minute(5 + at), { email })),
      ...["x", "y"].map((email) => event(told.type, minute(1), { email })),
    ]);
    expect(history("contact.email", records, 2)).toMatchObject({
      setBy: { value: "d" },
      earlier: [{ value: "c" }, { value: "b" }],
      lost: [{ value: "y" }, { value: "x" }],
      more: { earlier: true, lost: false },
    });
    expect(history("contact.email", records, 1)).toMatchObject({
      lost: [{ value: "y" }],
      more: { lost: true },
    });
  });

  it("says which values an erasure took, those that stand included", () => {
    const { records } = fold([
      event(told.type, minute(1), { email: "a" }),
      event(told.type, minute(2), { email: "b" }),
      event(told.type, minute(1), { email: "c" }),
    ]);
    const taken = new Set(["/changes/0/new", "/refused/0/new", "/event/data"]);
    const all = read(records).map((each) => ({ ...each, isErased: (pointer: string) => taken.has(pointer) }));
    const { setBy, earlier, lost } = historyOf(
      "contact.email",
      { changed: all, refused: all },
      9,
      (_, value) => value,
    );
    expect(setBy).toMatchObject({ erased: true, eventErased: true });
    expect(earlier[0]).not.toHaveProperty("erased");
    expect(lost).toMatchObject([{ erased: true }]);
  });

  it("takes what a record says last, where it says two things of one path", () => {
    const [first] = fold([event(told.type, minute(1), { email: "a" })]).records;
    const where = { path: "contact.email", subSchema: "contact" };
    const changes = [
      { ...where, old: "a", new: "between" },
      { ...where, old: "between", new: "b" },
    ];
    expect(history("contact.email", [{ ...(first as AuditRecord), changes }])).toMatchObject({
      setBy: { value: "b", old: "between" },
      earlier: [{ value: "between" }],
    });
  });
});

describe("why, in words", () => {
  const lost = (more: Partial<Lost>): Lost =>
    ({ path: "a.b.c", source: "store", time: minute(3), reason: "stale", ...more }) as Lost;

  it("says what a value lost to", () => {
    const at = (time: string): Lost => lost({ standing: { source: "crm", time } });
    expect(whyLost(at(minute(5)), {})).toBe(
      `crm saw what stood at ${minute(5)}, which is later than ${minute(3)}`,
    );
    expect(whyLost(at(minute(3)), {})).toContain(
      "at the same time; of two sources, the later in the alphabet",
    );
    expect(whyLost(lost({}), {})).toContain("part of what stood there was newer");
    expect(whyLost(lost({ reason: "invalid" }), {})).toContain("the schema refuses");
  });

  it("names the order of sources, as the nearest path declares it", () => {
    const ranked = lost({ reason: "priority", standing: { source: "crm", time: minute(1) } });
    expect(whyLost(ranked, { a: ["store"], "a.b": ["crm", "erp"] })).toBe(
      "crm stood there, and for a.b the order of sources is crm, erp, then all others",
    );
  });

  it("says who took a value back, and that an entity was removed", () => {
    const rule = { name: "a rule", hash: "" };
    const asked = { run: "r", actor: "ana", reason: "wrong", culprit: { rule: "x" } };
    const undo = undoEvent("person|1", asked, minute(9));
    const set = { event: undo, rule, outcome: "updated", reason: "taken back" } as const;
    const origin = originOf(undo, []);
    expect(whySet(set, origin)).toBe("ana took back what had stood here: wrong");
    expect(whySet(set, origin, { source: "crm", time: minute(2) })).toBe(
      `ana took back what had stood here, so that what crm saw at ${minute(2)} stands again: wrong`,
    );
    // What was seen after the undo confirmed the value, and stands for the first time.
    expect(whySet(set, origin, { source: "crm", time: minute(10) })).toBe(
      "ana took back what had stood here: wrong",
    );
    const removed = { ...set, event: event(gone.type, minute(2)), outcome: "removed" } as const;
    expect(whySet(removed, { kind: "webhook", receivers: [] })).toContain("the entity was removed by a rule");
  });
});

describe("where an event came from", () => {
  const receivers = [
    { name: "crm-hooks", source: "crm" },
    { name: "other", source: "other" },
  ];
  const from = (id: string, cause?: string): unknown =>
    originOf({ ...event(told.type, minute(1)), id, ...(cause === undefined ? {} : { cause }) }, receivers);

  it("is a delivery to the receivers of its source, whose id a hash does not tell", () => {
    expect(from("crm:msg_9:2")).toEqual({ kind: "webhook", receivers: ["crm-hooks"], delivery: "msg_9:2" });
    expect(from("9f86d081")).toEqual({ kind: "webhook", receivers: ["crm-hooks"] });
  });

  it("is its cause, where it has one, also one that nobody knows", () => {
    expect(from("crm:1", "pull/store/r-1")).toEqual({
      kind: "pull",
      pull: "store",
      run: "r-1",
      link: "/api/v1/runs/r-1",
    });
    expect(from("crm:1", "import/contacts/r-1/7")).toEqual({
      kind: "import",
      dataset: "contacts",
      run: "r-1",
      row: 7,
      link: "/api/v1/runs/r-1",
    });
    expect(from("crm:1", "sequence/club/r-1/3/7")).toEqual({
      kind: "sequence",
      sequence: "club",
      run: "r-1",
      step: 3,
      row: 7,
      link: "/api/v1/runs/r-1",
    });
    expect(from("crm:1", "undo/r 2")).toEqual({ kind: "undo", run: "r 2", link: "/api/v1/runs/r%202" });
    for (const cause of [
      "pull/store",
      "import/contacts",
      "sequence/club",
      "quarantine/",
      "upload/9",
      "pull",
    ]) {
      expect(from("crm:1", cause)).toEqual({ kind: "other", cause });
    }
  });

  it("is told by its cause where an operator's event has lost its data", () => {
    const { data: _data, ...undo } = undoEvent(
      "person|1",
      { run: "r", actor: "ana", reason: "wrong", culprit: { rule: "x" } },
      minute(9),
    );
    expect(originOf({ ...undo, cause: "undo/r" }, receivers)).toMatchObject({ kind: "undo", run: "r" });
  });
});

describe("how far a value came", () => {
  const [record] = fold([event(told.type, minute(1), { email: "a" })]).records;
  const setting = history("contact.email", [record as AuditRecord]).setBy;
  const to = (
    standing: object,
    found: object = {},
    changed?: readonly string[],
  ): ReturnType<typeof deliveryOf> => {
    if (!setting) throw new Error("no setting");
    return deliveryOf(
      { name: "list", on: person, changed, echoes: undefined },
      "contact",
      setting,
      { has: 0, destination: { state: "open" }, ...standing },
      { attempts: [], more: false, ...found },
    );
  };
  const attempt = { eventId: "crm:1", version: 1, attempt: 1, at: minute(1), durationMs: 1 };
  const pending = {
    first: 1,
    last: 2,
    since: minute(1),
    reason: "held",
    detail: "",
    dueAt: minute(2),
    rounds: 0,
  };
  const deadLetter = { version: 1, error: "no", firstAt: minute(1), lastAt: minute(1), attempts: 1 };

  it("is what its attempts say, whatever stands now", () => {
    const ignored = { ...attempt, status: "ignored" };
    const retried = [
      { ...attempt, status: "retrying" },
      { ...attempt, status: "delivered" },
    ];
    expect(to({ has: 1 }, { attempts: retried }).reached).toBe("delivered");
    expect(to({ has: 1, pending, deadLetter }, { attempts: [ignored] }).reached).toBe("ignored");
    expect(to({ has: 3 }, { broughtBy: { ...attempt, version: 3, status: "delivered" } }).reached).toBe(
      "delivered",
    );
  });

  it("is told by what waits, what was refused and what the destination has, without them", () => {
    expect(to({ has: 2 }).reached).toBe("expired");
    expect(to({ pending, deadLetter }).reached).toBe("waiting");
    expect(to({ deadLetter }).reached).toBe("refused");
    expect(to({}, {}, ["address"]).reached).toBe("not wanted");
    expect(to({}).reached).toBe("under way");
  });
});
