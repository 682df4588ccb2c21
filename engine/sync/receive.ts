import type { AppDefinition } from "../define/app.ts";
import type { Observation } from "../define/event.ts";
import type { RawRequest, ReceiverDefinition } from "../define/receiver.ts";
import type { Ports } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import { sizeFault } from "./claim.ts";
import { eventsOf, timeFault } from "./identify.ts";
import { type Issue, type Made, quarantine, tryToMake } from "./quarantine.ts";
import { sendEvents } from "./send-events.ts";

/** What became of a webhook request. */
export type Received =
  | { readonly status: "accepted"; readonly ids: readonly string[] }
  | { readonly status: "unauthorized"; readonly reason: string }
  | {
      readonly status: "invalid" | "too-large";
      readonly issues: readonly Issue[];
      readonly quarantine: string;
    }
  | { readonly status: "not-configured"; readonly missing: readonly string[] };

/** What receiving needs. */
export interface ReceiveContext {
  readonly app: AppDefinition;
  readonly ports: Ports;
  readonly settings: Settings;
}

/**
 * Takes a webhook in: signature on the raw bytes, then the payload, then the queue, and only then "accepted".
 * A payload that no event can be made of, or one over 1 MiB, is kept in quarantine, and nothing of it is sent. Rejects
 * when blobs, store or queue fail: the sender must try again.
 */
export async function receive(
  receiver: ReceiverDefinition,
  request: RawRequest,
  { app, ports, settings }: ReceiveContext,
): Promise<Received> {
  const missing = settings.missing(receiver.verify.settings);
  if (missing.length > 0) return { status: "not-configured", missing };
  const now = ports.clock.now();
  const verified = receiver.verify.verify(request, (setting) => settings.value(setting), now);
  if (!verified.ok) return { status: "unauthorized", reason: verified.reason };

  const { deliveryId } = verified;
  const refuse = async (status: "invalid" | "too-large", issues: readonly Issue[]): Promise<Received> => {
    const kept = await quarantine(ports.documents, {
      via: "receiver",
      name: receiver.name,
      deliveryId,
      at: new Date(now).toISOString(),
      issues,
      body: request.body,
    });
    return { status, issues: kept.issues, quarantine: kept.id };
  };
  const observed = observe(receiver, request.body, now, app);
  if ("issues" in observed) return refuse("invalid", observed.issues);
  const origin = { source: receiver.source, deliveryId, traceparent: traceOf(request) };
  const taken = tryToMake(() => eventsOf(observed.value, origin, settings));
  if ("issues" in taken) return refuse("invalid", taken.issues);
  const oversize = taken.value.flatMap((event) => sizeFault(event) ?? []);
  if (oversize.length > 0)
    return refuse(
      "too-large",
      oversize.map((message) => ({ path: "", message })),
    );
  await sendEvents(taken.value, ports);
  return { status: "accepted", ids: taken.value.map((event) => event.id) };
}

/** The observations in a payload, or every fault that it has. Throws on a fault of the definitions. */
export function observe(
  receiver: ReceiverDefinition,
  body: Uint8Array,
  now: number,
  app: AppDefinition,
): Made<readonly Observation[]> {
  const json = parseJson(body);
  if ("fault" in json) return { issues: [{ path: "", message: json.fault }] };
  const observed = tryToMake(() => {
    const parsed = receiver.body.parse(json.value);
    return (receiver.events as (body: unknown) => readonly Observation[])(parsed);
  });
  if ("issues" in observed) return observed;
  for (const { definition } of observed.value) {
    if (!app.rules.has(definition.type)) {
      throw new TypeError(
        `receiver "${receiver.name}" brings ${definition.type}, which no rule of the app takes`,
      );
    }
  }
  const issues = observed.value.flatMap((observation) => {
    const message = timeFault(observation, now);
    return message === undefined ? [] : [{ path: "timestamp", message }];
  });
  return issues.length > 0 ? { issues } : observed;
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
