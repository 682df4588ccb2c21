import type { StepEnd } from "../step.ts";

/** How a module came to its end, before its output is stored. Nothing of it is redacted yet. */
export type Done = Pick<StepEnd, "command" | "exitCode" | "log" | "result"> &
  (
    | { readonly how: "done" }
    | { readonly how: "failed"; readonly retryable: boolean; readonly reason: string }
    | { readonly how: "cancelled"; readonly reason: string }
  );
