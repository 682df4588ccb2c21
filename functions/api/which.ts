import { z } from "zod";
import type { AppDefinition } from "../../engine/define/index.ts";
import { badBody } from "./body.ts";

/** What every request that acts on several things may say. */
export const ACTING = { all: z.literal(true).optional(), dryRun: z.boolean().default(false) };

/** Why something is done; kept in the operator log. */
export const reason = z.string().trim().min(1).max(1_000);

/** Members of such a request that do not say on which. */
const BESIDE = ["action", "dryRun", "reason"];

/** Whether a request says on which things to act; `all` must be said where nothing else is. */
export function saysWhich(request: object): boolean {
  return Object.entries(request).some(([name, value]) => value !== undefined && !BESIDE.includes(name));
}

/** What is wrong with a request that does not. */
export function saysNotWhich(...members: string[]): { error: string } {
  return { error: `says not which: give ${members.join(", ")}, or "all": true` };
}

/** Lets pass what names an integration of the app, or none. Throws a Refused of 400. */
export function knownIntegration(name: string | undefined, { integrations }: AppDefinition): void {
  if (name === undefined || integrations.some((known) => known.name === name)) return;
  throw badBody("integration", `there is no integration "${name}"`);
}
