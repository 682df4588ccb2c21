import { describe, expect, test, vi } from "vitest";
import type { CloudEvent } from "../../../engine/define/index.ts";
import { PermanentError } from "../../../engine/errors/permanent-error.ts";
import { BEGINNING, moveCheckpoint, readCheckpoint } from "../../../engine/pulls/checkpoint.ts";
import type { PullMessage } from "../../../engine/pulls/start.ts";
import { type Row, Source } from "./source.ts";

const row = (number: string, day: number): Row => ({ number, at: `2026-01-0${day}T00:00:00.000Z` });
const numbers = (source: Source): string[] =>
  source.ports.sent("events").map(({ sessionId }) => sessionId.replace("person|", ""));

describe("a walk that failed", () => {
  test("is begun anew by the next run, so that what moved to other pages meanwhile is not skipped", async () => {
    // Given a source sorted by time, whose second page fails, and whose first two records change after that
    let rows = [row("A", 1), row("B", 2), row("C", 3), row("D", 4), row("E", 5)];
    let down = true;
    const source = new Source(({ page }) => {
      if (page === 2 && down) throw new PermanentError("it is down");
      const next = page * 2 < rows.length ? page + 1 : null;
      return { records: rows.slice(page * 2 - 2, page * 2), next };
    });
    source.ports.time = Date.UTC(2026, 0, 7);
    const first = await source.work(await source.start());
    expect(first).toMatchObject({ status: "failed", error: "it is down" });
    rows = [...rows.slice(2), row("A", 6), row("B", 6)];
    down = false;

    // When the next run walks
    source.ports.time += 60_000;
    const begun = source.ports.time;
    const second = await source.work(await source.start());

    // Then it asks from page 1 for the same time, and the time after it follows from its own start
    expect(source.asked.slice(2)).toEqual([1, 2, 3].map((page) => ({ since: BEGINNING, page })));
    expect(second).toMatchObject({ status: "succeeded", progress: { done: 5, total: 5 } });
    expect(numbers(source).toSorted()).toEqual(["A", "A", "B", "B", "C", "D", "E"]);
    expect(await source.checkpoint()).toMatchObject({
      since: new Date(begun - 60_000).toISOString(),
      page: 1,
      startedAt: null,
      run: null,
    });
  });

  test("by a crash is gone on with from its page, where the message of the same run comes again", async () => {
    let crash = true;
    const source = new Source(({ page }) => {
      if (page === 2 && crash) throw new Error("the host went away");
      return { records: [row(String(page), page)], next: page < 3 ? page + 1 : null };
    });
    const begun = source.ports.time;
    const message = await source.start();
    await expect(source.work(message)).rejects.toThrow("the host went away");
    crash = false;
    source.ports.time += 60_000;
    expect(await source.work(message)).toMatchObject({
      status: "succeeded",
      progress: { done: 3, total: 3 },
    });
    expect(source.asked.map(({ page }) => page)).toEqual([1, 2, 2, 3]);
    const { run } = message;
    const causes = source.ports.sent("events").map(({ body }) => (body as CloudEvent).cause);
    // The third one is dated too far ahead.
    expect(causes).toEqual([1, 2].map((page) => `pull/${source.pull.name}/${run}/${page}`));
    expect((await source.checkpoint()).since).toBe(new Date(begun - 60_000).toISOString());
  });

  test("by a crash is begun anew by the run that takes it over", async () => {
    let crash = true;
    const source = new Source(({ page }) => {
      if (page === 2 && crash) throw new Error("the host went away");
      return { records: [], next: page < 2 ? page + 1 : null };
    });
    await expect(source.work(await source.start())).rejects.toThrow("the host went away");
    crash = false;
    source.ports.time += 10 * 60_000;
    const begun = source.ports.time;
    await source.work(await source.start());
    expect(source.asked.map(({ page }) => page)).toEqual([1, 2, 1, 2]);
    expect((await source.checkpoint()).since).toBe(new Date(begun - 60_000).toISOString());
  });
});

describe("a walk that would not end", () => {
  test.each([1, 0, -1, 1.5, Number.NaN, 2 ** 53])("ends where page 1 names %s as the next", async (next) => {
    const source = new Source(({ page }) => ({ records: [], next: page === 1 ? next : null }));
    const run = await source.work(await source.start());
    expect(run).toMatchObject({ status: "failed" });
    expect(run?.error).toBe(`page 1 names ${next} as the page after it, which is no greater whole number`);
  });

  test("ends after a hundred pages in a row without a record", async () => {
    const endless = new Source(({ page }) => ({ records: page === 1 ? [row("1", 1)] : [], next: page + 1 }));
    expect(await endless.work(await endless.start())).toMatchObject({
      status: "failed",
      error: "the last 100 pages, up to 101, brought no record, and 102 is to follow",
      progress: { done: 1 },
    });
    // Ninety-nine are no reason to end.
    const long = new Source(({ page }) => ({
      records: page % 100 === 1 ? [row("1", 1)] : [],
      next: page < 301 ? page + 1 : null,
    }));
    expect(await long.work(await long.start())).toMatchObject({ status: "succeeded" });
  });
});

describe("a run that lost its lease", () => {
  /** A source whose first page is slow enough for `meanwhile` to happen. */
  function during(meanwhile: (source: Source, message: PullMessage) => Promise<unknown>): {
    source: Source;
    work: () => Promise<string>;
  } {
    let once = true;
    let message: PullMessage;
    const source: Source = new Source(async ({ page }) => {
      if (once) {
        once = false;
        await meanwhile(source, message);
      }
      return { records: [], next: page < 2 ? page + 1 : null };
    });
    const work = async (): Promise<string> => {
      message = await source.start();
      await source.work(message);
      return message.run;
    };
    return { source, work };
  }

  test("to itself at another host, which is at work, leaves its end to that host", async () => {
    const { source, work } = during(async ({ ports, pull }) => {
      const held = await readCheckpoint(ports.documents, pull.name);
      await moveCheckpoint(ports.documents, held, { page: 2 });
    });
    const run = await work();
    expect(await source.run(run)).toMatchObject({ status: "running" });
    expect(await source.run(run)).not.toHaveProperty("endedAt");
    expect(await source.checkpoint()).toMatchObject({ run, page: 2 });
  });

  test("to itself at another host, which came to the end, has succeeded", async () => {
    const { source, work } = during((itself, message) => itself.work(message));
    expect(await source.run(await work())).toMatchObject({ status: "succeeded" });
  });

  test("to another run ends as failed, once", async () => {
    const { source, work } = during(async (itself) => {
      itself.ports.time += 10 * 60_000;
      await itself.start();
    });
    const save = vi.spyOn(source.ports.documents, "write");
    const run = await work();
    const ended = await source.run(run);
    expect(ended).toMatchObject({ status: "failed", endedAt: expect.any(String) });
    const writes = save.mock.calls.flatMap(([, partition, [write]]) => (partition === run ? [write] : []));
    expect(writes.filter((write) => write?.op === "upsert" && "endedAt" in write.item)).toHaveLength(1);
  });
});
