import { describe, expect, it } from "vitest";
import { startNext } from "../../../../engine/models/schedule/start-next.ts";
import { UnavailableError } from "../../../../engine/errors/unavailable-error.ts";
import { ScheduleDesk } from "./schedule-desk.ts";

describe("the next run of a model", () => {
  it("is started where one is due, as whoever asked for it", async () => {
    const desk = await ScheduleDesk.open();
    await startNext(desk.ports, desk.model, "eva");
    const { run } = desk.message();
    expect(await desk.state()).toMatchObject({ run });
    expect(await desk.record(run)).toMatchObject({ kind: "job", status: "queued", actor: "eva" });
  });

  it("is left to a tick where it cannot be, and nobody but the log hears of it", async () => {
    const desk = await ScheduleDesk.open();
    const facts: unknown[] = [];
    Object.assign(desk.ports, { log: (...line: unknown[]) => void facts.push(line) });
    desk.ports.failure = { of: "queue", error: new UnavailableError("the queue is full") };
    await startNext(desk.ports, desk.model);
    expect(facts).toEqual([
      [
        "warn",
        "the next run of a model could not be started: a tick will",
        { model: desk.model.model, error: "the queue is full" },
      ],
    ]);
    desk.ports.failure = undefined;
    await desk.tick(60 * 60_000);
    expect(await desk.state()).toMatchObject({ run: desk.message().run });
  });
});
