import { conditionOf, countItems, equalTo } from "../condition.ts";
import type { IntegrationDefinition } from "../define/integration.ts";
import type { Documents } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import { readDestination } from "./destination-state.ts";

/** How a destination stands. */
export interface Overview {
  readonly name: string;
  readonly entity: string;
  /** `open`: deliveries go out; `paused`: it fails, or asked to be left alone; `held`: by an operator; `unconfigured`. */
  readonly state: "open" | "paused" | "held" | "unconfigured";
  readonly reason?: string;
  /** Until when it is paused. */
  readonly until?: string;
  /** Names of settings that it lacks. */
  readonly missing?: readonly string[];
  readonly held?: { readonly by: string; readonly reason: string; readonly at: string };
  /** How many entities wait for it. */
  readonly pending: number;
  readonly deadLetters: number;
}

/** How an integration's destination stands now. */
export async function overviewOf(
  { name, on, destination }: IntegrationDefinition,
  documents: Documents,
  settings: Settings,
): Promise<Overview> {
  const count = (kind: string): Promise<number> =>
    countItems(documents, "deliveries", conditionOf([], ...equalTo({ kind, integration: name })));
  const [{ held, paused }, pending, deadLetters] = await Promise.all([
    readDestination(documents, name),
    count("pending"),
    count("dead-letter"),
  ]);
  const facts = { name, entity: on.name };
  const counts = { pending, deadLetters };
  const missing = settings.missing(destination.settings);
  if (missing.length > 0) {
    const reason = `missing ${missing.join(", ")}`;
    return { ...facts, state: "unconfigured", reason, missing, ...(held ? { held } : {}), ...counts };
  }
  if (held) return { ...facts, state: "held", reason: held.reason, held, ...counts };
  // A pause that is over ends with the first delivery that succeeds.
  if (paused) return { ...facts, state: "paused", reason: paused.reason, until: paused.until, ...counts };
  return { ...facts, state: "open", ...counts };
}
