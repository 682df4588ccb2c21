import type { AppDefinition, IntegrationDefinition } from "../engine/define/index.ts";
import { type DisabledPart, settingsOf } from "../functions/services.ts";
import type { Operator } from "./operator.ts";

/**
 * The settings of an app that plays the demo: the demo's own, and an empty value, which counts as missing, for every
 * other that it asks for. So a value that the shell or local.settings.json has for it leads nowhere, and no real
 * system hears of the demo; only a default in the code still stands. Where MySQL is remains the stack's business.
 */
export function closedSettings(
  app: AppDefinition,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const asked = settingsOf(app).map(({ name }) => name);
  const empty = asked.filter((name) => name !== "MYSQL_URL").map((name) => [name, ""] as const);
  return { ...Object.fromEntries(empty), ...own };
}

/** The parts of the app that are off, as its health report has them. Throws when there is no such report. */
export async function partsOff(operator: Operator): Promise<DisabledPart[]> {
  const { status, json } = await operator.ask("GET", "/api/v1/health");
  const disabled = json["disabled"] as DisabledPart[] | undefined;
  if (!disabled) throw new Error(`the app does not say how it is: ${status} ${JSON.stringify(json)}`);
  return disabled;
}

/** The integrations of an app that run. */
export function runningOf(app: AppDefinition, off: readonly DisabledPart[]): IntegrationDefinition[] {
  return app.integrations.filter(({ name }) => !off.some(({ what }) => what === `integration ${name}`));
}
