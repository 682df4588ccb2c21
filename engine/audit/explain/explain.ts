import type { AppDefinition } from "../../define/app.ts";
import type { DocumentDefinition } from "../../define/document.ts";
import type { IntegrationDefinition } from "../../define/integration.ts";
import { entityKey } from "../../define/key.ts";
import type { Ports } from "../../ports.ts";
import { maskValue } from "../../privacy/mask.ts";
import { type DocumentItem, readDocument } from "../../sync/entity.ts";
import { type Sighting, standingAt } from "../../sync/observed.ts";
import { pathSegments, sameValue, type Segments, valueAt } from "../../sync/paths.ts";
import type { ExplainedDelivery } from "./deliveries.ts";
import { standingsOf } from "./destinations.ts";
import { historiesAt } from "./history.ts";
import type { LeafHistory, Lost, Setting, Show } from "./leaf.ts";
import { type Origin, originOf } from "./origin.ts";
import { reachOf } from "./reach.ts";
import { whyLost, whySet } from "./words.ts";

/** What is to be explained, and to whom. */
export interface Question {
  readonly entity: string;
  readonly id: string;
  /** A place in the document, below one of its sub-schemas. */
  readonly path: Segments;
  /** Most earlier values, and most lost ones, of each leaf. */
  readonly limit: number;
  /** Whether the caller may see personal values; they are masked otherwise. */
  readonly personal: boolean;
}

/** What explaining works with. */
export interface ExplainContext {
  readonly app: AppDefinition;
  readonly ports: Pick<Ports, "documents" | "blobs" | "log">;
  /** Names of the settings that an integration lacks. */
  readonly missing: (integration: IntegrationDefinition) => readonly string[];
}

/** Why one leaf of a document has its value, or none. */
export interface Explanation extends Omit<LeafHistory, "setBy" | "lost"> {
  readonly subSchema: string;
  /** Missing where there is none. */
  readonly value?: unknown;
  /** There is none, or not all of it, because an erasure took it. */
  readonly erased?: true;
  /** The document says otherwise than the record that set the value: one of them was altered. */
  readonly doubt?: string;
  /** The engine keeps the value: since when the one at this path stands. */
  readonly follows?: string;
  /** The sighting that the value, or its absence, stands on now: what confirms a value renews it. */
  readonly standing?: Pick<Sighting, "time" | "source">;
  readonly setBy?: Omit<Setting, "refusedSome"> & { readonly origin: Origin; readonly why: string };
  readonly lost: readonly (Lost & { readonly why: string })[];
  /** What became of the value at every integration on the document. */
  readonly deliveries: readonly ExplainedDelivery[];
}

/** The answer to a question. */
export interface Explained {
  readonly document: DocumentItem;
  /** Of each leaf at the path or below it; none where no event ever spoke of one. */
  readonly leaves: readonly Explanation[];
  /** There are more leaves. */
  readonly more: boolean;
}

/**
 * Explains what stands at a path of a document: which record set it, from which event and by which rule, what stood
 * before, what lost against it, and how far it came at each integration. Undefined where no event has spoken of the
 * entity. Reads the records that speak of the path alone, and of those a bounded number.
 */
export async function explain(
  { app, ports, missing }: ExplainContext,
  definition: DocumentDefinition,
  { entity, id, path, limit, personal }: Question,
): Promise<Explained | undefined> {
  const { documents } = ports;
  const key = entityKey(entity, id);
  const integrations = app.integrations.filter(({ on }) => on.name === entity);
  const [document, standings] = await Promise.all([
    readDocument(documents, entity, id),
    standingsOf(documents, key, integrations, missing, !personal),
  ]);
  if (!document) return undefined;
  const show: Show = (at, value) =>
    personal ? value : maskValue(value, definition.personal, pathSegments(at));
  const chain = { key, upTo: document.sequence };
  const found = await historiesAt(chain, document.data, path, { ports, limit, personal, show });
  const reach = reachOf(documents, key, integrations, standings, !personal);
  const leaves: Explanation[] = [];
  for (const history of found.histories) {
    const { setBy } = history;
    const deliveries = setBy ? await reach(pathSegments(history.path)[0] ?? "", setBy) : [];
    leaves.push(explanationOf(history, deliveries, { document, definition, show, receivers: app.receivers }));
  }
  return { document, leaves, more: found.more };
}

const DOUBT = "the document says otherwise than the record that set the value: verify this entity";

interface Around {
  readonly document: DocumentItem;
  readonly definition: DocumentDefinition;
  readonly show: Show;
  readonly receivers: AppDefinition["receivers"];
}

function explanationOf(
  { path, setBy, earlier, lost, more }: LeafHistory,
  deliveries: readonly ExplainedDelivery[],
  { document, definition, show, receivers }: Around,
): Explanation {
  const { priority, since } = definition;
  const segments = pathSegments(path);
  const value = valueAt(document.data, segments);
  const shown = value === undefined ? undefined : show(path, value);
  const standing = standingAt(document.observed, priority, segments);
  const origin = setBy && originOf(setBy.event, receivers);
  const erased = setBy?.erased === true || origin?.kind === "erasure";
  return {
    path,
    subSchema: segments[0] ?? "",
    ...(shown === undefined ? {} : { value: shown }),
    ...(erased ? { erased } : {}),
    ...(setBy && !erased && !setBy.unreadable && !sameValue(shown, setBy.value) ? { doubt: DOUBT } : {}),
    ...(since[path] === undefined ? {} : { follows: since[path] }),
    ...(standing ? { standing: { time: standing.time, source: standing.source } } : {}),
    ...(setBy && origin
      ? { setBy: settingShown(setBy, origin, value === undefined ? undefined : standing) }
      : {}),
    earlier,
    lost: lost.map((loss) => ({ ...loss, why: whyLost(loss, priority) })),
    more,
    deliveries,
  };
}

function settingShown(
  { refusedSome: _refusedSome, ...setting }: Setting,
  origin: Origin,
  standing: Sighting | undefined,
): NonNullable<Explanation["setBy"]> {
  return { ...setting, origin, why: whySet(setting, origin, standing) };
}
