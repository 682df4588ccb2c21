import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AIRPORTS, Airports, type RunSeen } from "../flows/kit/airports.ts";
import { eventually, inFlight } from "../flows/kit/patience.ts";

const STEPS = 5;
/** How long a host that died keeps its step. */
const LOCK = "PT10S";

let airports: Airports;
let undisturbed: RunSeen;
beforeAll(async () => {
  airports = await Airports.open({ lock: LOCK });
  undisturbed = await airports.end(
    await airports.run("airports", { source: airports.source(true), table: "undisturbed" }),
  );
}, 300_000);
afterAll(async () => {
  await airports?.close();
});

const moments = [
  ...Array.from({ length: STEPS }, (_, step) => ({
    moment: `in the middle of step ${step}`,
    come: ({ steps }: RunSeen) => steps[step]?.status === "running",
  })),
  ...Array.from({ length: STEPS - 1 }, (_, step) => ({
    moment: `when step ${step} has ended`,
    come: ({ steps }: RunSeen) => steps[step]?.status === "succeeded",
  })),
];

describe("given hosts that are killed while a sequence runs", () => {
  it.each(moments)("$moment: it ends as if nothing had been, each effect once", async ({ moment, come }) => {
    const table = `killed_${moments.findIndex((each) => each.moment === moment)}`;
    const id = await airports.run("airports", { source: airports.source(true), table });
    await airports.when(id, come);
    airports.kill((name) => name.startsWith("host"));
    const killedAt = Date.now();
    const again = await airports.when(
      id,
      ({ endedAt, steps }) =>
        endedAt !== null ||
        steps.some(({ startedAt }) => startedAt !== null && Date.parse(startedAt) > killedAt),
    );
    const next = again.steps.find(({ startedAt }) => startedAt !== null && Date.parse(startedAt) > killedAt);
    console.info(
      `${moment}: at work again ${next ? Date.parse(next.startedAt ?? "") - killedAt : "?"} ms after the kill`,
    );

    const ended = await airports.end(id);
    expect([ended.status, ended.error]).toEqual(["succeeded", undefined]);
    const written = ({ steps }: RunSeen): unknown => steps.map(({ artifact }) => artifact?.sha256);
    expect(written(ended)).toEqual(written(undisturbed));
    const [row] = await airports.sql(
      `SELECT COUNT(*) AS n, COUNT(DISTINCT code) AS codes FROM caudal_datasets.${table}`,
    );
    expect(row).toMatchObject({ n: AIRPORTS, codes: AIRPORTS });
    await eventually(async () => {
      const records = await airports.items<{ id: string }>(
        "unified",
        `SELECT c.id FROM c WHERE c.kind = 'audit' AND CONTAINS(c.event.cause, '${id}')`,
      );
      expect(records).toHaveLength(AIRPORTS);
    }, 180_000);
  });

  it("the error handler is called once for a run that fails", async () => {
    const error_handler = { module_name: "report_failure" };
    const name = await airports.store({ steps: [{ module_name: "fail_late" }], error_handler });
    const id = await airports.run(name);
    await airports.when(id, ({ steps }) => steps[0]?.status === "running");
    airports.kill((host) => host.startsWith("host"));
    expect(await airports.end(id)).toMatchObject({ status: "failed" });
    expect((await airports.reported()).filter((key) => key.includes(id))).toHaveLength(1);
  });

  it("200 runs at once keep their order and their limit, and none is left", async () => {
    const RUNS = 200;
    const LIMIT = 8;
    const step = (n: number): object => ({
      module_name: "write_note",
      input: n === 0 ? "" : `note_${n - 1}.txt`,
      output: `note_${n}.txt`,
    });
    const name = await airports.store({
      steps: [step(0), step(1), step(2)],
      concurrency: { limit: LIMIT, when_full: "queue" },
    });
    const runs: string[] = [];
    await inFlight(Array.from({ length: RUNS }), 20, async () => {
      runs.push(await airports.run(name));
    });
    airports.kill((host) => host === "host-2");
    const ended: RunSeen[] = [];
    for (const id of runs) ended.push(await airports.end(id, 800_000));
    expect(
      ended.flatMap(({ status, error, steps }) => (status === "succeeded" ? [] : [{ error, steps }])),
    ).toEqual([]);

    for (const { steps } of ended) {
      const times = steps.flatMap(({ startedAt, endedAt }) => [startedAt ?? "", endedAt ?? ""]);
      expect(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? ""))).toBe(true);
    }
    const ends = ended.flatMap(({ startedAt, endedAt }) => [
      { at: startedAt ?? "", more: 1 },
      { at: endedAt ?? "", more: -1 },
    ]);
    let [now, most] = [0, 0];
    for (const { more } of ends.toSorted((a, b) =>
      a.at < b.at || (a.at === b.at && a.more < b.more) ? -1 : 1,
    )) {
      now += more;
      most = Math.max(most, now);
    }
    console.info(`at most ${most} runs were at work at a time`);
    expect(most).toBeLessThanOrEqual(LIMIT);
  });
});
