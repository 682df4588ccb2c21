import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { enter, leave, MOST_WAITING, outdated, type Slots } from "../../../../engine/sequences/runs/slots.ts";

const NOW = "2026-01-05T00:00:00.000Z";
const slots = (
  when_full: Slots["when_full"],
  active: string[],
  waiting: string[] = [],
  limit = 2,
): Slots => ({
  limit,
  when_full,
  active: active.map((run) => ({ run, since: NOW })),
  waiting,
});

describe("a run that wants a slot", () => {
  it.each([
    ["has it where one is free", slots("queue", ["a"]), "active", ["a", "new"], []],
    ["waits behind those that wait", slots("queue", ["a"], ["b"]), "waiting", ["a"], ["b", "new"]],
    ["waits where all are taken", slots("cancel", ["a", "b"]), "waiting", ["a", "b"], ["new"]],
    ["is skipped where that is wanted", slots("skip", ["a", "b"]), "skipped", ["a", "b"], []],
    ["keeps it", slots("skip", ["new", "b"]), "active", ["new", "b"], []],
    ["keeps its place", slots("queue", ["a", "b"], ["new", "c"]), "waiting", ["a", "b"], ["new", "c"]],
  ] as const)("%s", (_what, before, entry, active, waiting) => {
    const after = enter(before, "new", NOW);
    expect(after.entry).toBe(entry);
    expect(after.slots.active.map(({ run }) => run)).toEqual(active);
    expect(after.slots.waiting).toEqual(waiting);
  });

  it("is turned away where 10,000 wait", () => {
    const line = Array.from({ length: MOST_WAITING }, (_, index) => String(index));
    expect(enter(slots("queue", ["a", "b"], line), "new", NOW).entry).toBe("too-many");
    expect(enter(slots("queue", ["a", "b"], line.slice(1)), "new", NOW).entry).toBe("waiting");
  });
});

describe("slots that are freed", () => {
  it("go to those that wait longest", () => {
    const after = leave(slots("queue", ["a", "b"], ["c", "d", "e"]), ["a", "d"], NOW);
    expect(after.active.map(({ run }) => run)).toEqual(["b", "c"]);
    expect(after.waiting).toEqual(["e"]);
  });

  it("are made by cancelling all but the newest, where that is wanted", () => {
    expect(outdated(slots("cancel", ["a", "b"], ["c"]))).toEqual(["a"]);
    expect(outdated(slots("cancel", ["a", "b"], ["c", "d", "e"]))).toEqual(["a", "b", "c"]);
    expect(outdated(slots("cancel", ["a", "b"]))).toEqual([]);
    expect(outdated(slots("queue", ["a", "b"], ["c"]))).toEqual([]);
  });
});

it("whatever comes and goes, no more than the limit are active, none twice, and none waits while a slot is free", () => {
  const step = fc.record({ comes: fc.boolean(), run: fc.integer({ min: 0, max: 12 }).map(String) });
  const wanted = fc.constantFrom("queue", "skip", "cancel");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), wanted, fc.array(step), (limit, when_full, steps) => {
      let now = slots(when_full, [], [], limit);
      for (const { comes, run } of steps) {
        now = comes ? enter(now, run, NOW).slots : leave(now, [run], NOW);
        const all = [...now.active.map((each) => each.run), ...now.waiting];
        expect(new Set(all).size).toBe(all.length);
        expect(now.active.length).toBeLessThanOrEqual(limit);
        expect(now.waiting.length === 0 || now.active.length === limit).toBe(true);
      }
    }),
  );
});
