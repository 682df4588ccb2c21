import { expect, test } from "vitest";
import { forgetSchedule } from "../../../../engine/models/schedule/forget.ts";
import { findState } from "../../../../engine/models/schedule/state.ts";
import { ScheduleDesk, WELL } from "./schedule-desk.ts";

test("a forgotten schedule has ended its run, and leaves no state; a second time changes nothing", async () => {
  const desk = await ScheduleDesk.open();
  await desk.tick();
  const { run } = desk.message();
  for (let times = 0; times < 2; times++) {
    await forgetSchedule(desk.ports, desk.model.model);
    expect(await findState(desk.ports.documents, desk.model.model)).toBeUndefined();
    expect(await desk.record(run)).toMatchObject({
      status: "cancelled",
      error: "its model was deleted",
      endedAt: desk.at(),
    });
  }
  await desk.run();
  expect(desk.jobs).toEqual([]);
});

test("a job that ends after its schedule was forgotten brings no state back", async () => {
  const desk = await ScheduleDesk.open();
  await desk.tick();
  desk.job = async () => {
    await forgetSchedule(desk.ports, desk.model.model);
    return WELL;
  };
  await desk.run();
  expect(await findState(desk.ports.documents, desk.model.model)).toBeUndefined();
  expect(await desk.record(desk.message().run)).toMatchObject({ status: "cancelled" });
});
