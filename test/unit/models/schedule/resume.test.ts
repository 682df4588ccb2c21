import { expect, test } from "vitest";
import { resumeModel } from "../../../../engine/models/schedule/resume.ts";
import { ScheduleDesk } from "./schedule-desk.ts";

async function ran(): Promise<ScheduleDesk> {
  const desk = await ScheduleDesk.open({ job_frequency: 60 });
  await desk.tick();
  await desk.run();
  return desk;
}

test("a resumed model forgets its failures, and its next run is due now", async () => {
  const desk = await ran();
  await desk.change({ failures: 5, retryAt: desk.at(1), paused: { reason: "it failed", at: desk.at() } });
  await resumeModel(desk.ports, desk.model.model);
  expect(await desk.state()).toMatchObject({ failures: 0, paused: null, retryAt: desk.at() });
  await desk.tick(1);
  expect(desk.ports.sent("runs")).toHaveLength(2);
});

test("a model that nothing holds up stays as it is, unless its run is wanted at once", async () => {
  const desk = await ran();
  const before = await desk.state();
  await resumeModel(desk.ports, desk.model.model);
  expect(await desk.state()).toEqual(before);
  await resumeModel(desk.ports, desk.model.model, { atOnce: true });
  await desk.tick(1);
  expect(desk.ports.sent("runs")).toHaveLength(2);
});

test("before the first run there is nothing to resume", async () => {
  const desk = await ScheduleDesk.open();
  await resumeModel(desk.ports, desk.model.model, { atOnce: true });
  expect(desk.ports.items("control")).toEqual([desk.model]);
});
