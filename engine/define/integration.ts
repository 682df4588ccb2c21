import type { DataOf, DocumentDefinition } from "./document.ts";
import type { DeepReadonly } from "./readonly.ts";
import type { Secrets } from "../ports.ts";
import { NAME } from "./receiver.ts";
import type { Setting } from "./setting.ts";

/** One version of a document on its way to a destination. */
export interface Snapshot<Data = unknown> {
  readonly key: string;
  readonly entity: string;
  readonly id: string;
  readonly version: number;
  /** The document; undefined when this version removed the entity. */
  readonly data: Data | undefined;
  /** Whether the destination has the entity, as far as we know: something was delivered, and not removed since. */
  readonly known: boolean;
  /** The destination's own id for it, where an attempt before told one. */
  readonly remoteId?: string;
  /** The run that wants this version delivered even if the destination has it, as it then may not any more. */
  readonly again?: string;
}

/** What one attempt to deliver did, as the delivery record keeps it (after redaction). */
export interface Attempt {
  /** `ignored`: the mapping had nothing to say for this version. */
  readonly status: "delivered" | "ignored";
  readonly reason?: string;
  readonly request?: unknown;
  readonly response?: unknown;
  /** Whether the destination has the entity now. Default: yes, unless the snapshot had no data. */
  readonly known?: boolean;
  /** The destination's own id of it; kept, and given with every later snapshot. */
  readonly remoteId?: string;
}

/** What a destination would be sent for a version, as JSON, or why nothing: `{"sends": {"method": "PUT", …}}`. */
export type Preview = { readonly sends: unknown } | { readonly ignored: string };

/** What an attempt may use. */
export interface AttemptContext {
  /** Resolves a setting that the destination declared. */
  readonly value: (setting: Setting) => string;
  /** Secrets that change while the app runs, such as access tokens. */
  readonly secrets: Secrets;
  /** Aborts before the message's lock ends: nothing may be written after that. */
  readonly signal: AbortSignal;
}

/** The destination behind an integration; connectors make them. */
export interface Destination {
  /** What it needs; while one is missing, its messages wait in the subscription and the health report says so. */
  readonly settings: readonly Setting[];
  /** The destination itself refuses to go back to an older version; then our own watermark may be remembered. */
  readonly guardsVersions?: boolean;
  /** What it alone may write, where that matters ("the table sales.customers"): no two of an app name the same one. */
  readonly target?: string | readonly string[];
  /** Makes ready what deliveries stand on (a schema, say). Safe to repeat; called before the first delivery. */
  prepare?(context: AttemptContext): Promise<void>;
  /**
   * Delivers one version. Called with rising versions per entity, one at a time per entity, and again with the
   * same one after a crash: the effect must be the same. Throws a RetryableError or a PermanentError.
   */
  deliver(snapshot: Snapshot<never>, context: AttemptContext): Promise<Attempt>;
  /**
   * What {@link deliver} would send for a snapshot, by the same mapping: without addresses and secrets, and without
   * asking for a setting. Pure; throws a PermanentError where the delivery would be refused here. Default: nobody knows.
   */
  preview?(snapshot: Snapshot<never>): Preview;
  /** Lets go of connections. */
  close?(): Promise<void>;
}

/** A destination's definition; made by connectors through {@link defineIntegration}. */
export interface IntegrationDefinition {
  readonly kind: "integration";
  readonly name: string;
  readonly on: DocumentDefinition;
  /** Sub-schemas whose changes it wants; undefined: all. A removal always goes out. */
  readonly changed: readonly string[] | undefined;
  /** The source whose own statements are not delivered back. */
  readonly echoes: string | undefined;
  readonly destination: Destination;
}

/** What every integration has, whatever its protocol. */
export interface IntegrationOptions<D extends DocumentDefinition> {
  /** Name of the integration and of its subscription: `[a-z][a-z0-9-]*`, at most 48 characters. */
  name: string;
  /** The document that it follows. */
  on: D;
  /** Which changes it wants; default: all. A removal always goes out. */
  when?: { changed: readonly NoInfer<Extract<keyof DataOf<D>, string>>[] };
  /**
   * The source that is the same system as the destination: what it said itself, and nothing of which lost, is not
   * told to it again; so our own writes do not come back to it as webhooks and go out once more. Default: none.
   */
  echoes?: string;
}

/** The document as a mapping sees it: its members, and the id, key and version beside them. */
export type Mapped<D extends DocumentDefinition> = DeepReadonly<DataOf<D>> & {
  readonly id: string;
  readonly key: string;
  readonly version: number;
};

/** What a mapping knows of a removed entity. */
export type Removed = Readonly<{ id: string; key: string; version: number }>;

/** Joins options and destination. Throws a TypeError on a malformed name, or when `changed` names no sub-schema. */
export function defineIntegration<D extends DocumentDefinition>(
  options: IntegrationOptions<D>,
  destination: Destination,
): IntegrationDefinition {
  const { name, on, when, echoes } = options;
  if (!NAME.test(name)) throw new TypeError(`integration "${name}": names are ${NAME}`);
  if (echoes !== undefined && !NAME.test(echoes)) {
    throw new TypeError(`integration "${name}": the source "${echoes}" that it echoes must be ${NAME}`);
  }
  for (const subSchema of when?.changed ?? []) {
    if (!on.subSchemas.includes(subSchema)) {
      throw new TypeError(`integration "${name}": "${subSchema}" is no sub-schema of ${on.name}`);
    }
  }
  return { kind: "integration", name, on, changed: when?.changed, echoes, destination };
}
