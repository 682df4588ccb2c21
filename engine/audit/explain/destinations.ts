import type { IntegrationDefinition } from "../../define/integration.ts";
import type { DeadLetter } from "../../deliveries/dead-letter.ts";
import { type DestinationState, readDestination } from "../../deliveries/destination-state.ts";
import type { PendingDelivery } from "../../deliveries/pending.ts";
import type { Watermark } from "../../deliveries/watermark.ts";
import type { Documents } from "../../ports.ts";
import { MASKED } from "../../privacy/mask.ts";
import { readSome } from "../../read-pages.ts";

/** How one integration stands with an entity now. */
export interface Standing {
  /** The last version that the destination has; 0 while it has none. */
  readonly has: number;
  /** When it got that. */
  readonly hasSince?: string;
  readonly pending?: Pick<
    PendingDelivery,
    "first" | "last" | "since" | "reason" | "detail" | "dueAt" | "rounds"
  >;
  readonly deadLetter?: Pick<DeadLetter, "version" | "error" | "firstAt" | "lastAt" | "attempts">;
  readonly destination: {
    /** `open`: deliveries go out; `paused`: it fails, or asked to be left alone; `held`: by an operator. */
    readonly state: "open" | "paused" | "held" | "unconfigured";
    readonly reason?: string;
    readonly until?: string;
  };
}

/** The items of an entity that say how integrations stand with it; not the message of a dead letter. */
type Beside =
  | Pick<Watermark, "kind" | "integration" | "version" | "at">
  | (Pick<PendingDelivery, "kind" | "integration"> & NonNullable<Standing["pending"]>)
  | (Pick<DeadLetter, "kind" | "integration"> & NonNullable<Standing["deadLetter"]>);

type Of<Kind extends Beside["kind"]> = Extract<Beside, { readonly kind: Kind }>;

/** Broker messages that became dead letters are left aside: there may be many, and they are shown with dead letters. */
const BESIDE = `SELECT c.kind, c.integration, c.version, c.at, c.error, c.firstAt, c.lastAt, c.attempts,
  c.first, c.last, c.since, c.reason, c.detail, c.dueAt, c.rounds FROM c
  WHERE c.kind IN ('watermark', 'pending') OR (c.kind = 'dead-letter' AND c.origin = 'delivery')`;
/** Three an integration, those included that the app does not have any more. */
const MOST_BESIDE = 1_000;

/**
 * How integrations stand with an entity, by their names. `missing` gives the names of settings that one lacks. With
 * `masked`, texts that may quote a personal value are not shown.
 */
export async function standingsOf(
  documents: Documents,
  key: string,
  integrations: readonly IntegrationDefinition[],
  missing: (integration: IntegrationDefinition) => readonly string[],
  masked: boolean,
): Promise<ReadonlyMap<string, Standing>> {
  const [beside, states] = await Promise.all([
    readSome<Beside>(documents, "deliveries", { text: BESIDE, partition: key }, MOST_BESIDE),
    Promise.all(integrations.map(({ name }) => readDestination(documents, name))),
  ]);
  const text = (words: string): string => (masked ? MASKED : words);
  return new Map(
    integrations.map((integration, index) => {
      const { name } = integration;
      const own = <Kind extends Beside["kind"]>(kind: Kind): Of<Kind> | undefined =>
        beside.items.find((item): item is Of<Kind> => item.kind === kind && item.integration === name);
      const standing: Standing = {
        ...hasOf(own("watermark")),
        ...pendingOf(own("pending"), text),
        ...deadLetterOf(own("dead-letter"), text),
        destination: destinationOf(states[index], missing(integration), text),
      };
      return [name, standing];
    }),
  );
}

function hasOf(watermark: Of<"watermark"> | undefined): Pick<Standing, "has" | "hasSince"> {
  if (!watermark || watermark.version === 0) return { has: 0 };
  return { has: watermark.version, hasSince: watermark.at };
}

function pendingOf(
  waits: Of<"pending"> | undefined,
  text: (words: string) => string,
): Pick<Standing, "pending"> {
  if (!waits) return {};
  const { first, last, since, reason, detail, dueAt, rounds } = waits;
  return { pending: { first, last, since, reason, detail: text(detail), dueAt, rounds } };
}

function deadLetterOf(
  letter: Of<"dead-letter"> | undefined,
  text: (words: string) => string,
): Pick<Standing, "deadLetter"> {
  if (!letter) return {};
  const { version, error, firstAt, lastAt, attempts } = letter;
  return {
    deadLetter: {
      ...(version === undefined ? {} : { version }),
      error: text(error),
      firstAt,
      lastAt,
      attempts,
    },
  };
}

function destinationOf(
  state: DestinationState | undefined,
  missing: readonly string[],
  text: (words: string) => string,
): Standing["destination"] {
  if (missing.length > 0) return { state: "unconfigured", reason: `missing ${missing.join(", ")}` };
  if (state?.held) return { state: "held", reason: `${state.held.reason} (${state.held.by})` };
  if (state?.paused) return { state: "paused", reason: text(state.paused.reason), until: state.paused.until };
  return { state: "open" };
}
