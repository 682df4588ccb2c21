import { expect, it } from "vitest";
import { tickSequences } from "../../../../../engine/sequences/runs/tick.ts";
import { SequenceDesk } from "../sequence-desk.ts";

const HOUR = 60 * 60_000;
const hourly = { steps: [{ module_name: "look" }], schedule: "0 0 * * * *" };
const desk = async (files: Record<string, unknown>): Promise<SequenceDesk> => {
  const made = new SequenceDesk(files);
  made.ports.time = Date.UTC(2026, 0, 5, 8, 30);
  await tickSequences(made.work);
  return made;
};

it("a sequence runs at each time of its schedule, once however many hosts tick, and not for the time before it was seen", async () => {
  const made = await desk({ hourly });
  expect(made.runs("hourly")).toEqual([]);
  made.ports.time += HOUR;
  await Promise.all([tickSequences(made.work), tickSequences(made.work)]);
  await tickSequences(made.work);
  expect(made.runs("hourly")).toMatchObject([{ request: { parameters: {}, trigger: "schedule" } }]);
  expect(made.runs("hourly")[0]).not.toHaveProperty("actor");
  made.ports.time += HOUR;
  await tickSequences(made.work);
  expect(made.runs("hourly")).toHaveLength(2);
});

it("after a stop only the newest of the times that were missed is made up for", async () => {
  const made = await desk({ hourly });
  made.ports.time += 100 * HOUR;
  await tickSequences(made.work);
  await tickSequences(made.work);
  expect(made.runs("hourly")).toHaveLength(1);
});

it("a schedule that is changed counts from then on", async () => {
  const made = await desk({ hourly });
  made.ports.time += 5 * HOUR;
  made.book.set("hourly", { ...hourly, schedule: "0 15 * * * *" });
  await tickSequences(made.work);
  expect(made.runs("hourly")).toEqual([]);
  made.ports.time += HOUR;
  await tickSequences(made.work);
  expect(made.runs("hourly")).toHaveLength(1);
});

it("one that cannot start, or whose schedule is none, holds up no other", async () => {
  const logged: unknown[] = [];
  const files = {
    wrong: { ...hourly, schedule: "every hour" },
    lacking: { ...hourly, parameters: { day: null } },
    hourly,
  };
  const made = await desk(files);
  const work = {
    ...made.work,
    ports: {
      ...made.ports,
      documents: made.ports.documents,
      log: (_level: string, message: string, facts: unknown) => void logged.push([message, facts]),
    },
  };
  made.ports.time += HOUR;
  const ticking = { ...work, ports: { ...work.ports, clock: made.ports.clock } };
  await tickSequences(ticking);
  expect(made.runs("hourly")).toHaveLength(1);
  expect(logged).toMatchObject([
    ["the schedule of a sequence failed", { sequence: "wrong" }],
    [
      "a sequence could not start on its schedule",
      { sequence: "lacking", issues: [{ path: "parameters.day" }] },
    ],
  ]);
  await tickSequences(ticking);
  expect(logged).toHaveLength(3);
});
