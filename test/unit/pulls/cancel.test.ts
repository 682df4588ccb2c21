import { expect, test } from "vitest";
import { BEGINNING } from "../../../engine/pulls/checkpoint.ts";
import { cancelRun } from "../../../engine/runs/cancel.ts";
import { Source } from "./source.ts";

test("a pull that is cancelled ends before its next page, and the next run may begin at once, from page 1", async () => {
  let id = "";
  const source: Source = new Source(async ({ page }) => {
    if (page === 2) await cancelRun(source.ports, id, "eva");
    return { records: [], next: page < 5 ? page + 1 : null };
  });
  const message = await source.start();
  id = message.run;
  expect(await source.work(message)).toMatchObject({ status: "cancelled", endedAt: expect.any(String) });
  expect(source.asked.map(({ page }) => page)).toEqual([1, 2]);
  expect(await source.checkpoint()).toMatchObject({ since: BEGINNING, page: 1, run: null, leaseUntil: null });

  id = "";
  expect(await source.work(await source.start())).toMatchObject({ status: "succeeded" });
  expect(source.asked.slice(2).map(({ page }) => page)).toEqual([1, 2, 3, 4, 5]);
});

test("a pull that is cancelled in line asks its source nothing, and frees its lease", async () => {
  const source = new Source(() => expect.unreachable("it was cancelled"));
  const message = await source.start();
  expect(await cancelRun(source.ports, message.run, "eva")).toBe(true);
  expect(await source.run(message.run)).toMatchObject({ status: "queued" });
  expect(await source.work(message)).toMatchObject({ status: "cancelled" });
  expect(await source.checkpoint()).toMatchObject({ run: null });
  expect(await cancelRun(source.ports, message.run, "eva")).toBe(false);
});
