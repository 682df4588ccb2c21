import { maskRun } from "../../engine/privacy/mask-items.ts";
import { type Run, runView as viewOf } from "../../engine/runs/run.ts";
import { withoutSystemFields } from "../../engine/system-fields.ts";
import { seesPersonal } from "./access.ts";
import type { Caller } from "./http.ts";

/** A run as a caller may see it, in lists. */
export function runView(run: Run, caller: Caller): object {
  return withoutSystemFields(viewOf(seesPersonal(caller) ? run : maskRun(run)));
}
