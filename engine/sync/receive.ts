import { z } from "zod";
import type { AppDefinition } from "../define/app.ts";
import type { Observation } from "../define/event.ts";
import type { RawRequest, ReceiverDefinition } from "../define/receiver.ts";
import type { Ports, Queue } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import { eventsOf, messageOf, timeFault } from "./identify.ts";
import { type Issue, issuesOf, quarantine } from "./quarantine.ts";

/** What became of a webhook request. */
export type Received =
  | { readonly status: "accepted"; readonly ids: readonly string[] }
  | { readonly status: "unauthorized"; readonly reason: string }
  | { readonly status: "invalid"; readonly issues: readonly Issue[]; readonly quarantine: string }
  | { readonly status: "not-configured"; readonly missing: readonly string[] };

/** What receiving needs. */
export interface ReceiveContext {
  readonly app: AppDefinition;
  readonly ports: Ports;
  readonly settings: Settings;
  readonly events: Queue;
}

/**
 * Takes a webhook in: signature on the raw bytes, then the payload, then the queue, and only then "accepted".
 * A payload that is no event is kept in quarantine. Rejects when store or queue fail: the sender must try again.
 */
export async function receive(
  receiver: ReceiverDefinition,
  request: RawRequest,
  { app, ports, settings, events }: ReceiveContext,
): Promise<Received> {
  const missing = settings.missing(receiver.verify.settings);
  if (missing.length > 0) return { status: "not-configured", missing };
  const now = ports.clock.now();
  const verified = receiver.verify.verify(request, (setting) => settings.value(setting), now);
  if (!verified.ok) return { status: "unauthorized", reason: verified.reason };

  const { deliveryId } = verified;
  const read = observe(receiver, request.body, now, app);
  if ("issues" in read) {
    const kept = await quarantine(ports.documents, {
      via: "receiver",
      name: receiver.name,
      deliveryId,
      at: new Date(now).toISOString(),
      issues: read.issues,
      body: request.body,
    });
    return { status: "invalid", issues: read.issues, quarantine: kept };
  }
  const traceparent = traceOf(request);
  const taken = eventsOf(read.observations, { source: receiver.source, deliveryId, traceparent }, settings);
  await events.send(taken.map(messageOf));
  return { status: "accepted", ids: taken.map((event) => event.id) };
}

/** The observations in a payload, or every fault that it has. Throws on a fault of the definitions. */
export function observe(
  receiver: ReceiverDefinition,
  body: Uint8Array,
  now: number,
  app: AppDefinition,
): { observations: readonly Observation[] } | { issues: Issue[] } {
  const json = parseJson(body);
  if ("fault" in json) return { issues: [{ path: "", message: json.fault }] };
  const parsed = receiver.body.safeParse(json.value);
  if (!parsed.success) return { issues: issuesOf(parsed.error) };
  let observations: readonly Observation[];
  try {
    observations = (receiver.events as (body: unknown) => readonly Observation[])(parsed.data);
  } catch (error) {
    if (error instanceof z.ZodError) return { issues: issuesOf(error) };
    throw error;
  }
  for (const { definition } of observations) {
    if (!app.rules.has(definition.type)) {
      throw new TypeError(
        `receiver "${receiver.name}" brings ${definition.type}, which no rule of the app takes`,
      );
    }
  }
  const issues = observations.flatMap((observation) => {
    const message = timeFault(observation, now);
    return message === undefined ? [] : [{ path: "timestamp", message }];
  });
  return issues.length > 0 ? { issues } : { observations };
}

function parseJson(body: Uint8Array): { value: unknown } | { fault: string } {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return { fault: "the body is not UTF-8 text" };
  }
  try {
    const value: unknown = JSON.parse(text);
    // An escaped lone surrogate is legal JSON, but no text: it has no UTF-8 form to store, sign or send on.
    if (/\\u[dD][89a-fA-F]/.test(text) && !isWellFormed(value)) {
      return { fault: "a string of the body holds half of a surrogate pair" };
    }
    return { value };
  } catch (error) {
    const position = /position \d+/.exec(String(error))?.[0];
    return { fault: `the body is not JSON${position ? `: look at ${position}` : ""}` };
  }
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, member]) => name.isWellFormed() && isWellFormed(member));
}

/** W3C trace context (https://www.w3.org/TR/trace-context/), where the request brought a valid one. */
function traceOf(request: RawRequest): string | undefined {
  const header = request.header("traceparent");
  return header && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(header) ? header : undefined;
}
