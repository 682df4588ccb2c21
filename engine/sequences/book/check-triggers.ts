import type { Issue } from "../../sync/quarantine.ts";
import { pathOf } from "../path.ts";
import { newestDue } from "../runs/triggers/newest-due.ts";
import type { Given } from "./check-sequence.ts";

/** What is wrong with what starts a sequence by itself. */
export function checkTriggers({ plan }: Given): Issue[] {
  const { schedule, on_blob, after, parameters } = plan;
  const nulls = Object.keys(parameters).filter((name) => parameters[name] === null);
  // Each trigger gives its own alone.
  const missing = nulls.filter(
    (name) =>
      schedule !== undefined ||
      (on_blob !== undefined && name !== "blob") ||
      (after !== undefined && name !== "after_run"),
  );
  return [
    ...(schedule === undefined ? [] : scheduleFaults(schedule)),
    ...(on_blob === undefined ? [] : blobFaults(on_blob)),
    ...missing.map((name) => ({
      path: `parameters.${name}`,
      message: "must have a default: what starts the sequence by itself gives none",
    })),
  ];
}

/** As the timers of Azure Functions take it, which pulls go by: croner knows more. */
function scheduleFaults(schedule: string): Issue[] {
  const fields = "second minute hour day month weekday";
  const fault = (why: string): Issue[] => [
    { path: "schedule", message: `is no NCRONTAB expression of six fields (${fields}): ${why}` },
  ];
  const parts = schedule.trim().split(/\s+/);
  if (parts.length !== 6) return fault(`it has ${parts.length}`);
  const odd = parts.find((part) => /[^\w*,/-]/.test(part) || /\d[a-z]|[a-z]\d|_|^[lw]$/i.test(part));
  if (odd !== undefined) return fault(`it has ${odd}`);
  if (/(?:^|[,-])0?7(?:$|[,/-])/.test(parts[5] ?? "")) return fault("weekday 7; Sunday is 0");
  try {
    const due = newestDue(schedule, Number.NEGATIVE_INFINITY, Date.now());
    // What has never been due will not be.
    return due === undefined ? [{ path: "schedule", message: "never falls due" }] : [];
  } catch (error) {
    return fault(error instanceof Error ? error.message : String(error));
  }
}

function blobFaults(prefix: string): Issue[] {
  if (/^blob:/i.test(prefix))
    return [{ path: "on_blob", message: "must be container/prefix, without blob://" }];
  const place = pathOf(`blob://${prefix.endsWith("/") ? `${prefix}x` : prefix}`);
  if (!("fault" in place)) return [];
  return [{ path: "on_blob", message: `must be container/prefix: it ${place.fault}` }];
}
