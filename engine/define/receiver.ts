import type { z } from "zod";
import type { Observation } from "./event.ts";
import type { DeepReadonly } from "./readonly.ts";
import type { Setting } from "./setting.ts";

/** A webhook request as it came: the signature covers these very bytes. */
export interface RawRequest {
  readonly body: Uint8Array;
  /** Header by lower-case name. */
  header(name: string): string | undefined;
}

/** What a signature check found. */
export type Verification =
  | {
      readonly ok: true;
      /** The sender's id of this delivery, the same on a resend. */ readonly deliveryId: string;
    }
  | { readonly ok: false; /** Why not, without secrets. */ readonly reason: string };

/** Authenticates webhook requests; connectors make them (`standardWebhook(secret("…"))`). */
export interface Verifier {
  /** What it needs; while one is missing, the receiver answers 503 and says so in the health report. */
  readonly settings: readonly Setting[];
  /** Checks `request`; `value` resolves a setting. `now` is in milliseconds since 1970. */
  verify(request: RawRequest, value: (setting: Setting) => string, now: number): Verification;
}

/** A webhook that brings events in, at `POST /api/v1/webhooks/<name>`; made by {@link defineReceiver}. */
export interface ReceiverDefinition {
  readonly kind: "receiver";
  readonly name: string;
  readonly source: string;
  readonly verify: Verifier;
  readonly body: z.ZodType;
  readonly events: (body: never) => readonly Observation[];
}

/** What a receiver is made of. */
export interface ReceiverOptions<Body extends z.ZodType> {
  /** The source that its events name, and half of their ids. */
  source: string;
  /** Last part of its route. Default: the source. */
  name?: string;
  /** How requests prove where they come from. */
  verify: Verifier;
  /** The payload; what does not parse is answered 400 with the path of each fault, and kept in quarantine. */
  body: Body;
  /** The observations in one payload: none, one or several. Pure. */
  events: (body: DeepReadonly<z.output<NoInfer<Body>>>) => readonly Observation[];
}

/** Names of sources, receivers, pulls and integrations: they become parts of ids, routes and subscriptions. */
export const NAME = /^[a-z][a-z0-9-]{0,47}$/;

/** Defines a webhook receiver. Throws a TypeError on a malformed name (`[a-z][a-z0-9-]*`, at most 48 characters). */
export function defineReceiver<Body extends z.ZodType>(options: ReceiverOptions<Body>): ReceiverDefinition {
  const name = options.name ?? options.source;
  for (const given of [name, options.source]) {
    if (!NAME.test(given)) throw new TypeError(`receiver "${given}": names are ${NAME}`);
  }
  return {
    kind: "receiver",
    name,
    source: options.source,
    verify: options.verify,
    body: options.body,
    events: options.events,
  };
}
