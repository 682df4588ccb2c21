import { expect, test } from "vitest";
import { startRun } from "../../../engine/runs/start.ts";
import { memoryPorts } from "../sync/memory-ports.ts";
import { openApi } from "./api.ts";

const reason = "a mistake";

test.each([
  [{ reason }, "", "give one of event, cause, run, rule"],
  [{ event: "crm:1", rule: "a", reason }, "", "give one of event, cause, run, rule"],
  [{ event: "crm:1", ruleHash: "a", reason }, "ruleHash", "give rule, too"],
  [{ rule: "a", reason }, "ruleHash", 'or "allBuilds": true'],
  [{ rule: "a", allBuilds: false, reason }, "ruleHash", 'or "allBuilds": true'],
  [{ rule: "a", ruleHash: "b", allBuilds: true, reason }, "allBuilds", "one build or all of them"],
  [{ event: "crm:1", allBuilds: true, reason }, "allBuilds", "give rule, too"],
  [{ rule: "(erasure)", allBuilds: true, reason }, "rule", "is no rule"],
  [{ rule: "(undo)", reason }, "rule", "is no rule"],
  [{ rule: "(operator)", ruleHash: "a", reason }, "rule", "is no rule"],
  [{ event: "crm:1" }, "reason", "expected string"],
  [{ event: "crm:1", reason: " " }, "reason", ">=1 characters"],
  [{ event: "crm:1", reason: "\ud800" }, "reason", "half of a surrogate pair"],
  [{ event: "\ud800", reason }, "event", "half of a surrogate pair"],
  [{ cause: "/", reason }, "cause", "only slashes"],
  [{ event: "crm:1", entities: [], reason }, "entities", ">=1 items"],
  [{ event: "crm:1", since: "2026-01-01", reason }, "", "since"],
  [{ run: "none", reason }, "run", 'there is no run "none"'],
])("an undo that cannot be meant is answered 400, with what is wrong: %j", async (json, path, message) => {
  const ports = memoryPorts();
  const answer = await openApi(ports)("POST /api/v1/undo", { json });
  expect(answer.status).toBe(400);
  expect(answer.json["issues"]).toEqual([{ path, message: expect.stringContaining(message) as unknown }]);
  expect(ports.sent("runs")).toEqual([]);
  expect(ports.items("control")).toEqual([]);
});

test.each(["resync", "erasure"] as const)(
  "a run that brought nothing in, a %s, cannot be undone",
  async (kind) => {
    const ports = memoryPorts();
    const work = { kind, name: "marketing", request: {}, actor: "ana", unit: "documents" } as const;
    const run = await startRun(ports, work);
    const answer = await openApi(ports)("POST /api/v1/undo", { json: { run, reason } });
    const message = expect.stringContaining(`is of the kind ${kind}: only`) as unknown;
    expect(answer).toMatchObject({ status: 400, json: { issues: [{ path: "run", message }] } });
  },
);
