import { setTimeout as pause } from "node:timers/promises";
import { breakOf } from "../audit/verify/verify-entity.ts";
import { auditId, type StoredRecord } from "../audit/record.ts";
import { conditionOf, countItems } from "../condition.ts";
import type { AppDefinition } from "../define/app.ts";
import { EVENTS } from "../define/topology.ts";
import { PermanentError } from "../errors/permanent-error.ts";
import type { Documents, Ports } from "../ports.ts";
import type { Run } from "../runs/run.ts";
import type { Working } from "../runs/work.ts";
import type { Settings } from "../settings/settings.ts";
import { eraseEvent } from "../sync/control.ts";
import { loadEntity } from "../sync/entity.ts";
import { messageOf, PSEUDONYM_KEY } from "../sync/identify.ts";
import { eraseNextRecords } from "./erase-chain.ts";
import { countAttemptsUpTo, eraseBeside, eraseNextAttempts } from "./erase-deliveries.ts";
import { standingOf, tellDestinations } from "./erase-destinations.ts";
import type { Subject } from "./erase-input.ts";
import { eraseNextInputs, type Span } from "./erase-quarantine.ts";
import { BY_ERASURE, tookFromLine } from "./erased.ts";
import { backupsKept } from "./backups.ts";
import { collectValues, KnownValues } from "./known-values.ts";
import { erasedPlace, type Place, type Receipt, remainsOf } from "./receipt.ts";
import { type ErasableDocument, erasableOf, keysOf, plainParts } from "./subject.ts";
import { withoutSystemFields } from "../system-fields.ts";
import { tidyBlobs } from "./tidy-blobs.ts";

/** What an erasure asks for. */
export interface ErasureRequest {
  readonly key: string;
  readonly reason: string;
}

/** What an erasure works with. */
export interface ErasureContext {
  readonly app: AppDefinition;
  readonly ports: Ports;
  readonly settings: Settings;
}

/** The steps of an erasure, in their order. */
const STEPS = ["quarantine", "document", "audit", "blobs", "destinations", "deliveries", "later"] as const;
type Step = (typeof STEPS)[number] | "over";

/** Where an erasure stands; it holds no personal value. */
export interface ErasureState {
  readonly step: Step;
  /** Where the step goes on. */
  readonly cursor?: string;
  /** What was found so far. */
  readonly inputs: number;
  readonly claims: number;
  readonly blobs: number;
  /** The record of the erasure. */
  readonly made?: {
    readonly at: string;
    readonly version: number;
    readonly sequence: number;
    readonly leaves: number;
  };
  /** Milliseconds since 1970 until which something outside is waited for. */
  readonly until?: number;
  readonly destinations: readonly Place[];
}

const LOOK_MS = 50;
const MOST_LOOK_MS = 5_000;
/** How long the entity's session may take to get to the erasure: events before it may be many. */
const SESSION_MS = 30 * 60_000;
/** How long destinations that do not answer are waited for; what they are by then, the receipt says. */
const DESTINATIONS_MS = 2 * 60_000;
const BEGIN: ErasureState = { step: "quarantine", inputs: 0, claims: 0, blobs: 0, destinations: [] };

/**
 * Erases the personal values of an entity everywhere, and answers with the receipt. What it looks for in quarantine can
 * be known only as long as document and records have it, so that comes first; then the document and what waits in line,
 * in the entity's session; then the records before it, the blobs, what destinations have, and what was recorded of
 * deliveries. Each step may be done again: after a crash it goes on where it stood. Throws a PermanentError where the
 * entity's session does not get to it.
 */
export async function eraseEverywhere(
  context: ErasureContext,
  run: Working<ErasureState>,
): Promise<Record<string, unknown> | "again"> {
  const request = run.request as ErasureRequest;
  const definition = erasableOf(context.app, request.key);
  const missing = definition.pseudonymous ? context.settings.missing([PSEUDONYM_KEY]) : [];
  if (missing.length > 0) throw new PermanentError(`its key cannot be recognised: set ${missing.join(", ")}`);
  const erasure = new Erasure(context, run, request, definition);
  let state = run.state ?? BEGIN;
  while (state.step !== "over") {
    if (run.spent()) return "again";
    const next = await erasure.next(state);
    if (next === "again") return "again";
    state = next;
    await run.save({ done: STEPS.length - stepsLeft(state.step), total: STEPS.length, state });
  }
  return { ...(await erasure.receipt(state)) };
}

/** The erasure of an entity that was asked for last, as a run. */
export async function lastErasure(documents: Documents, key: string): Promise<Run | undefined> {
  const page = await documents.query<Run>("operations", {
    text: "SELECT * FROM c WHERE c.kind = 'erasure' AND c.request.key = @key ORDER BY c.queuedAt DESC",
    parameters: { key },
    limit: 1,
  });
  return page.items[0] && withoutSystemFields(page.items[0]);
}

function stepsLeft(step: Step): number {
  return step === "over" ? 0 : STEPS.length - STEPS.indexOf(step);
}

/** One erasure at work. */
class Erasure {
  readonly #context: ErasureContext;
  readonly #run: Working<ErasureState>;
  readonly #request: ErasureRequest;
  readonly #definition: ErasableDocument;
  #values: KnownValues | undefined;

  constructor(
    context: ErasureContext,
    run: Working<ErasureState>,
    request: ErasureRequest,
    definition: ErasableDocument,
  ) {
    this.#context = context;
    this.#run = run;
    this.#request = request;
    this.#definition = definition;
  }

  /** Does the next part of a step. */
  next(state: ErasureState): Promise<ErasureState | "again"> {
    const { startedAt } = this.#run;
    switch (state.step) {
      case "quarantine":
        return this.#inputs(state, { until: startedAt });
      case "document":
        return this.#document(state);
      case "audit":
        return this.#audit(state);
      case "blobs":
        return this.#blobs(state);
      case "destinations":
        return this.#destinations(state);
      case "deliveries":
        return this.#deliveries(state);
      default:
        // What came in while the erasure was on its way to the document; by then values may be known no more.
        return this.#inputs(state, { since: startedAt, until: justAfter(made(state).at) });
    }
  }

  async #inputs(state: ErasureState, span: Span): Promise<ErasureState> {
    const values = await this.#known(state);
    const { app: _app, ports, settings } = this.#context;
    const { key } = this.#request;
    const subject: Subject = {
      key,
      id: this.#definition.id,
      keyOf: keysOf(this.#definition, settings),
      values,
    };
    const { erased, cursor } = await eraseNextInputs(ports, subject, span, state.cursor);
    const { cursor: _before, ...rest } = { ...state, inputs: state.inputs + erased };
    return cursor === null ? { ...rest, step: after(state.step) } : { ...rest, cursor };
  }

  /** The values are collected once a slice: after a crash at this step, they are still where they were. */
  async #known({ step }: ErasureState): Promise<KnownValues> {
    if (this.#values) return this.#values;
    const { app, ports } = this.#context;
    const { key } = this.#request;
    const values =
      step === "quarantine" ? await collectValues(ports, app, this.#definition, key) : new KnownValues();
    values.parts ??= plainParts(this.#definition, key);
    return (this.#values = values);
  }

  /** Has the entity's session erase the document and the line, and waits until its record is there. */
  async #document(state: ErasureState): Promise<ErasureState | "again"> {
    const { ports } = this.#context;
    const { key, reason } = this.#request;
    const { id: run, actor } = this.#run;
    const event = eraseEvent(key, { run, reason, actor }, new Date(ports.clock.now()).toISOString());
    if (state.until === undefined) {
      await ports.queue(EVENTS).send([messageOf(event)]);
      return { ...state, until: ports.clock.now() + SESSION_MS };
    }
    for (let look = LOOK_MS; ; look = Math.min(look * 2, MOST_LOOK_MS)) {
      const record = await ports.documents.read<StoredRecord>("unified", key, auditId(event.id));
      if (record) {
        const { at, version, sequence, changes } = record.item;
        const { until: _until, ...rest } = state;
        return { ...rest, step: after(state.step), made: { at, version, sequence, leaves: changes.length } };
      }
      if (ports.clock.now() > state.until) {
        throw new PermanentError(
          "the queue events did not get to the erasure within half an hour; try it again",
        );
      }
      if (this.#run.spent()) return "again";
      await pause(look);
    }
  }

  async #audit(state: ErasureState): Promise<ErasureState> {
    const { ports } = this.#context;
    const { key } = this.#request;
    const span = { after: Number(state.cursor ?? 0), upTo: made(state).sequence };
    const { upTo, claims } = await eraseNextRecords(ports, key, span);
    const { cursor: _before, ...rest } = { ...state, claims: state.claims + claims };
    return upTo === null ? { ...rest, step: after(state.step) } : { ...rest, cursor: String(upTo) };
  }

  async #blobs(state: ErasureState): Promise<ErasureState> {
    const blobs = await tidyBlobs(this.#context.ports, this.#request.key);
    return { ...state, blobs: state.blobs + blobs, step: after(state.step) };
  }

  /** Tells all destinations of the document, and looks until none may still change by itself, or the time is over. */
  async #destinations(state: ErasureState): Promise<ErasureState | "again"> {
    const { app, ports } = this.#context;
    const integrations = app.integrations.filter(({ on }) => on.name === this.#definition.name);
    const { at, version } = made(state);
    const telling = { key: this.#request.key, version, again: { run: this.#run.id, since: at } };
    if (state.until === undefined) {
      await tellDestinations(ports, integrations, telling);
      return { ...state, until: ports.clock.now() + DESTINATIONS_MS };
    }
    for (let look = LOOK_MS; ; look = Math.min(look * 2, MOST_LOOK_MS)) {
      const standings = await Promise.all(integrations.map(({ name }) => standingOf(ports, name, telling)));
      if (standings.every(({ open }) => !open) || ports.clock.now() > state.until) {
        const { until: _until, ...rest } = state;
        return { ...rest, step: after(state.step), destinations: standings.map(({ place }) => place) };
      }
      if (this.#run.spent()) return "again";
      await pause(look);
    }
  }

  async #deliveries(state: ErasureState): Promise<ErasureState> {
    const { ports } = this.#context;
    const more = await eraseNextAttempts(ports, this.#request.key, made(state).version);
    return more ? state : { ...state, step: after(state.step) };
  }

  async receipt(state: ErasureState): Promise<Receipt> {
    const { ports, settings } = this.#context;
    const { key, reason } = this.#request;
    const { at, version, sequence, leaves } = made(state);
    const letters = await eraseBeside(ports, key, version);
    const places = [
      erasedPlace("document", leaves),
      erasedPlace("audit", sequence),
      erasedPlace("blobs", state.blobs + state.claims),
      erasedPlace("parked", await this.#takenFromLine()),
      erasedPlace("deliveries", await countAttemptsUpTo(ports.documents, key, version)),
      erasedPlace("dead-letters", letters),
      erasedPlace("quarantine", state.inputs),
      ...state.destinations,
    ];
    const { data, sequence: records, head } = (await loadEntity(ports.documents, key)).state;
    const broken = await breakOf(ports, key);
    return {
      key,
      at,
      by: this.#run.actor,
      reason,
      places,
      chain: { records, head, verified: broken === undefined, ...(broken ? { broken } : {}) },
      remains: remainsOf(key, this.#definition, data, backupsKept(settings)),
    };
  }

  #takenFromLine(): Promise<number> {
    const { id: run, actor, startedAt } = this.#run;
    const why = tookFromLine({ run, actor, reason: this.#request.reason });
    const taken = conditionOf(
      ["c.kind = 'audit'"],
      ["c.rule.name = @rule", BY_ERASURE.name],
      ["c.reason = @why", why],
      ["c.at >= @startedAt", startedAt],
    );
    return countItems(this.#context.ports.documents, "unified", taken, this.#request.key);
  }
}

function justAfter(time: string): string {
  return new Date(Date.parse(time) + 1).toISOString();
}

function after(step: Step): Step {
  return STEPS[STEPS.findIndex((each) => each === step) + 1] ?? "over";
}

function made({ made: record }: ErasureState): NonNullable<ErasureState["made"]> {
  if (!record) throw new TypeError("the erasure has no record yet");
  return record;
}
