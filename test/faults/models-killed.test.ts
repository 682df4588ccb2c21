import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../flows/kit/patience.ts";
import { Rig } from "./kit/rig.ts";

const MODELS = 8;
const DAYS = 12;
const DAY_MS = 24 * 60 * 60_000;
/** How long parts are killed, and how far apart, in milliseconds. */
const HARM_MS = 120_000;
const BETWEEN_MS = 5_000;

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open();
});
afterAll(async () => {
  await rig?.close();
});

interface Execution {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly status: string;
}

async function call(method: string, route: string, body?: string): Promise<Record<string, unknown>> {
  return eventually(async () => {
    const { status, json } = await rig.call(method, route, body);
    expect([route, status, json]).toEqual([route, expect.toSatisfy((code: number) => code < 300), json]);
    return json;
  }, 120_000);
}

/** A model with a window for each of the days before now, and a job that notes each window that it was run for. */
async function publish(name: string, from: string): Promise<string> {
  const asked = { name, job_frequency: 1, job_execution_command: "sh", from, active: false };
  const id = String((await call("POST", "/api/v1/businessmodels", JSON.stringify(asked)))["id"]);
  await call("PATCH", `/api/v1/upload/model/${id}?name=a.sql`, "CREATE TABLE a (id INT PRIMARY KEY);");
  await call("PATCH", `/api/v1/upload/job/${id}?name=a.sh`, 'sleep 0.3; echo "$2 $4"');
  return id;
}

async function executions(id: string): Promise<Execution[]> {
  const found: Execution[] = [];
  let cursor = "";
  do {
    const page = await call("GET", `/api/v1/businessmodels/${id}/executions${cursor}`);
    found.push(...(page["items"] as Execution[]));
    const next = page["next"] as string | null;
    cursor = next === null ? "" : `?cursor=${encodeURIComponent(next)}`;
  } while (cursor !== "");
  return found;
}

describe("given hosts, broker, store and MySQL that are killed while models catch up", () => {
  it("the windows of the runs that succeeded tile the time of each, to the millisecond", async () => {
    const from = new Date(Date.now() - DAYS * DAY_MS).toISOString();
    const models: string[] = [];
    for (let n = 1; n <= MODELS; n++) models.push(await publish(`Model ${n}`, from));
    for (const id of models) await call("PATCH", `/api/v1/businessmodels/${id}`, '{"active": true}');

    const parts = ["host", "host-2", "broker", "cosmos", "mysql-server"];
    const until = Date.now() + HARM_MS;
    for (let kills = 0; Date.now() < until; kills++) {
      await sleep(BETWEEN_MS);
      const victim = parts[kills % parts.length];
      // It may be away still.
      if (rig.stack.processes().some(({ name }) => name === victim)) rig.kill((name) => name === victim);
    }
    await rig.stack.whenServing();

    for (const id of models) {
      await eventually(async () => {
        const { schedule } = (await call("GET", `/api/v1/businessmodels/${id}`)) as {
          schedule: { behind: { windows: number }; paused: unknown };
        };
        expect(schedule).toMatchObject({ behind: { windows: 0 }, paused: null });
      }, 400_000);
    }
    for (const id of models) {
      await call("PATCH", `/api/v1/businessmodels/${id}`, '{"active": false}');
      await eventually(async () => {
        const { schedule } = (await call("GET", `/api/v1/businessmodels/${id}`)) as {
          schedule: { running: string | null };
        };
        expect(schedule.running).toBeNull();
      }, 200_000);
      const covered = (await executions(id))
        .filter(({ status }) => status === "succeeded")
        .toSorted((a, b) => (a.from < b.from ? -1 : 1));
      expect(covered.length).toBeGreaterThanOrEqual(DAYS);
      const ends = covered.map(({ to }) => to);
      expect(covered.map((each) => each.from)).toEqual([from, ...ends.slice(0, -1)]);
      const { schedule } = (await call("GET", `/api/v1/businessmodels/${id}`)) as {
        schedule: { coveredTo: string };
      };
      expect(schedule.coveredTo).toBe(ends.at(-1));
    }
  });
});
