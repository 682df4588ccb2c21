import { expect, test } from "vitest";
import { scheduleView } from "../../../../engine/models/schedule/view.ts";
import { BADLY, ScheduleDesk } from "./schedule-desk.ts";

test("before the first run was claimed, that one is due from the model's beginning on", async () => {
  const desk = await ScheduleDesk.open();
  expect(scheduleView(undefined, desk.model, desk.ports.time)).toEqual({
    coveredTo: desk.model.from,
    nextRunAt: desk.at(),
    running: null,
    behind: { windows: 1, ms: 60_000 },
    failures: 0,
    paused: null,
    lastRun: null,
  });
});

test("a run at work is named, and no next one", async () => {
  const desk = await ScheduleDesk.open();
  await desk.tick();
  const { run } = desk.message();
  expect(scheduleView(await desk.state(), desk.model, desk.ports.time)).toMatchObject({
    nextRunAt: null,
    running: run,
  });
});

test("after a run, how it ended and when the next one is due", async () => {
  const desk = await ScheduleDesk.open();
  desk.job = () => BADLY;
  await desk.tick();
  await desk.run();
  expect(scheduleView(await desk.state(), desk.model, desk.ports.time)).toMatchObject({
    nextRunAt: desk.at(30_000),
    failures: 1,
    lastRun: { id: desk.message().run, status: "failed", reason: "it ended with exit code 3" },
  });
});

test.each([
  ["is paused", { paused: { reason: "it failed", at: "2026-01-01T00:00:00.000Z" } }, {}],
  ["is switched off", {}, { active: false }],
])("where the model %s, no run is due", async (_why, state, model) => {
  const desk = await ScheduleDesk.open();
  await desk.tick();
  await desk.run();
  await desk.change(state);
  const view = scheduleView(await desk.state(), { ...desk.model, ...model }, desk.ports.time);
  expect(view).toMatchObject({ nextRunAt: null, ...state });
});
