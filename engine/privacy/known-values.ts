import { ALL_PERSONAL } from "../audit/chain.ts";
import { pointedAt } from "../audit/pointer.ts";
import { readStored } from "../audit/read-chain.ts";
import type { AuditRecord, StoredRecord } from "../audit/record.ts";
import { wholeRecord } from "../audit/stub.ts";
import type { AppDefinition } from "../define/app.ts";
import type { CloudEvent } from "../define/event.ts";
import type { PersonalPaths } from "../define/personal.ts";
import { BlobLostError } from "../errors/blob-lost-error.ts";
import type { Blobs, Ports } from "../ports.ts";
import { readAll } from "../read-pages.ts";
import { loadEntity } from "../sync/entity.ts";
import { LINE, type ParkedEvent } from "../sync/park.ts";
import { scalarsOf } from "./scalars.ts";
import type { ErasableDocument } from "./subject.ts";
import { TextFinder } from "./text-finder.ts";

/** What an entity's personal values are, as long as they are there; kept in memory alone, never written anywhere. */
export class KnownValues {
  /** Texts of three characters and more. */
  readonly texts = new Set<string>();
  /** The parts of its id as events spell them; undefined while no event was seen that has them. */
  parts: readonly string[] | undefined;
  /** There were more than fit: what is over is not known. */
  cut = false;
  #bytes = 0;
  #telling: TextFinder | undefined;

  /**
   * Finds texts that tell of one person even alone, as they are and as JSON writes them: an e-mail address, or seven
   * digits of a number, are nobody else's. Made once, when all values are in.
   */
  get telling(): TextFinder {
    return (this.#telling ??= new TextFinder(
      [...this.texts].filter(isTelling).flatMap((text) => [...new Set([text, escaped(text)])]),
    ));
  }

  /** Takes in every scalar of a value. */
  add(value: unknown): void {
    for (const text of scalarsOf(value)) this.#take(text);
  }

  #take(text: string): void {
    if (text.length < SHORTEST || this.texts.has(text)) return;
    if (this.#bytes + text.length > MAX_TEXTS) {
      this.cut = true;
      return;
    }
    this.#bytes += text.length;
    this.texts.add(text);
    this.#telling = undefined;
  }

  /** Takes in the parts of the id that an event's data has. */
  addParts(data: unknown, { id }: Pick<ErasableDocument, "id">): void {
    if (this.parts || id.length === 0 || typeof data !== "object" || data === null) return;
    const found = id.map((name) => (data as Record<string, unknown>)[name]);
    if (found.every((part) => typeof part === "string" || typeof part === "number"))
      this.parts = found.map(String);
  }
}

function isTelling(text: string): boolean {
  return text.includes("@") || text.replaceAll(/\D/g, "").length >= 7;
}

/** As JSON writes it: a payload that was cut is no JSON, and may hold it so. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Shorter texts are everybody's: a country, an initial. */
const SHORTEST = 3;
/** Most characters of all texts together, so that a long chain of long values stays small in memory. */
const MAX_TEXTS = 8 * 1024 * 1024;

/**
 * Collects the personal values of an entity from its document, its audit records and the events that wait in its line;
 * of an event that no definition explains, all it says.
 */
export async function collectValues(
  ports: Pick<Ports, "documents" | "blobs">,
  app: AppDefinition,
  definition: Pick<ErasableDocument, "id" | "personal">,
  key: string,
): Promise<KnownValues> {
  const values = new KnownValues();
  const { state } = await loadEntity(ports.documents, key);
  for (const value of personalIn(state.data, definition.personal)) values.add(value);
  for await (const stored of readStored(ports.documents, key)) {
    const record = await wholeUnlessLost(stored, ports.blobs);
    if (!record) continue;
    for (const pointer of Object.keys(record.personal.commitments)) values.add(pointedAt(record, pointer));
    values.addParts(record.event.data, definition);
  }
  for await (const { data, type } of waitingEvents(ports.documents, key)) {
    const { personal } = app.rules.get(type)?.on ?? ALL_PERSONAL;
    for (const value of personalIn(data, personal)) values.add(value);
    values.addParts(data, definition);
  }
  return values;
}

function personalIn(value: unknown, paths: PersonalPaths): unknown[] {
  return paths.flatMap((path) => at(value, path));
}

function at(value: unknown, [name, ...rest]: readonly string[]): unknown[] {
  if (name === undefined) return [value];
  if (typeof value !== "object" || value === null) return [];
  const members = value as Record<string, unknown>;
  const names = name === "*" ? Object.keys(members) : Object.hasOwn(members, name) ? [name] : [];
  return names.flatMap((member) => at(members[member], rest));
}

/** A large record whose blob is lost has no values any more. */
async function wholeUnlessLost(stored: StoredRecord, blobs: Blobs): Promise<AuditRecord | undefined> {
  try {
    return await wholeRecord(stored, blobs);
  } catch (error) {
    if (error instanceof BlobLostError) return undefined;
    throw error;
  }
}

async function* waitingEvents(documents: Ports["documents"], key: string): AsyncGenerator<CloudEvent> {
  const line = { text: LINE, partition: key, limit: 20 };
  for await (const { event } of readAll<ParkedEvent>(documents, "unified", line)) yield event;
}
