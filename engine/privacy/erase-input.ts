import { isPlain } from "../define/merge.ts";
import type { QuarantineItem } from "../sync/quarantine.ts";
import type { KnownValues } from "./known-values.ts";
import { isTooDeep, scalarsOf } from "./scalars.ts";

/** What stands in the place of an erased value. */
export const ERASED = "[erased]";

/** Whose values are to leave quarantine. */
export interface Subject {
  readonly key: string;
  /** Names of the parts of its id, as its document definition has them. */
  readonly id: readonly string[];
  /** The key that these parts make; undefined where they make none. */
  readonly keyOf: (parts: readonly (string | number)[]) => string | undefined;
  readonly values: Pick<KnownValues, "texts" | "telling" | "parts">;
}

/** An input that was looked at. */
export interface LookedAt {
  /** It says something of the entity, or did before an erasure. */
  readonly speaks: boolean;
  /** The input without that; missing where nothing is to erase. */
  readonly left?: QuarantineItem;
}

/**
 * Looks for an entity in an input in quarantine.
 *
 * In JSON, each object that has all parts of the entity's id is replaced by these parts, and so is the data of an event
 * about it. Elsewhere in such an input, scalars equal to a known personal value go; in other inputs only texts that tell
 * of one person even alone do, wherever they stand. Objects with the id of another entity stay as they are: what they
 * share with the erased one is theirs. An input that is no JSON, is nested as no event is, or is a row of a dataset or a
 * record of a sequence, and speaks of the entity goes whole.
 */
export function eraseInput(item: QuarantineItem, subject: Subject): LookedAt {
  const { payload } = item;
  const bytes = Buffer.from(payload.body, payload.encoding);
  const parsed = parse(bytes.toString());
  // A row of a file has names of its own for the parts of the id: only what stands in it tells.
  if (!parsed || isTooDeep(parsed.value) || item.via === "import" || item.via === "sequence") {
    const scalars = Buffer.from([...scalarsOf(parsed?.value, true)].join("\n"));
    if (![bytes, scalars].some((each) => speaksOf(each, subject))) return { speaks: false };
    const gone: QuarantineItem = {
      ...item,
      issues: [],
      payload: { encoding: "utf8", body: "", erased: true },
    };
    return { speaks: true, left: gone };
  }
  const eraser = new Eraser(subject);
  const about = eraser.aboutEntity(parsed.value);
  const left = eraser.values(about);
  if (!eraser.erased) return { speaks: eraser.spoken };
  const body = Buffer.from(JSON.stringify(left));
  return {
    speaks: true,
    left: {
      ...item,
      issues: item.issues.map(({ path, message }) => ({ path, message: eraser.quoted(message) })),
      payload: { ...payload, body: body.toString(payload.encoding), erased: true },
    },
  };
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // No JSON: the caller looks at the bytes.
    return undefined;
  }
}

/** Goes through one input. */
class Eraser {
  /** Whether anything was erased. */
  erased = false;
  /** Whether it speaks of the entity by its id. */
  spoken = false;
  readonly #subject: Subject;
  /** Texts of the objects that were replaced, which an issue may quote. */
  readonly #gone = new Set<string>();

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** The input with only the id left of what is about the entity. */
  aboutEntity(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.aboutEntity(item));
    if (!isPlain(value)) return value;
    const { key, id } = this.#subject;
    const isOver = value["erased"] === true && Object.keys(value).length === id.length + 1;
    if (this.#keyIn(value) === key && isOver) this.spoken = true;
    else if (this.#keyIn(value) === key) {
      return this.#gives(value, {
        ...Object.fromEntries(id.map((name) => [name, value[name]])),
        erased: true,
      });
    }
    // An event: its subject is the key.
    if (value["subject"] === key && isOverData(value["data"])) this.spoken = true;
    else if (value["subject"] === key && value["data"] !== undefined) {
      return this.#gives(value["data"], { ...value, data: { erased: true } });
    }
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, this.aboutEntity(member)]),
    );
  }

  /** What is left, without scalars that are known to be of the entity. */
  values(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.values(item));
    if (isPlain(value)) {
      const key = this.#keyIn(value);
      if (key !== undefined) return value;
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.values(member)]));
    }
    if (typeof value !== "string" && typeof value !== "number") return value;
    const text = String(value);
    const { texts, telling } = this.#subject.values;
    if (this.spoken && texts.has(text)) return this.#gives(undefined, ERASED);
    const without = replaced(text, [...telling.in(text)]);
    return without === text ? value : this.#gives(undefined, without);
  }

  /** A message of an issue without what it quotes. */
  quoted(message: string): string {
    return replaced(message, [...this.#gone, ...this.#subject.values.texts]);
  }

  #gives<T>(gone: unknown, left: T): T {
    this.erased = true;
    if (gone !== undefined) {
      this.spoken = true;
      for (const text of scalarsOf(gone)) if (text.length >= 3) this.#gone.add(text);
      for (const part of this.#subject.values.parts ?? []) this.#gone.delete(part);
    }
    return left;
  }

  #keyIn(value: Readonly<Record<string, unknown>>): string | undefined {
    const parts = this.#subject.id.map((name) => value[name]);
    const all = parts.every((part) => typeof part === "string" || typeof part === "number");
    return all ? this.#subject.keyOf(parts) : undefined;
  }
}

/** Whether the data of an event is what an erasure leaves of it. */
function isOverData(data: unknown): boolean {
  return isPlain(data) && data["erased"] === true && Object.keys(data).length === 1;
}

/** A text with other words in the place of each of `texts`, the longest first. */
function replaced(text: string, texts: readonly string[]): string {
  return texts
    .filter((each) => text.includes(each))
    .toSorted((one, other) => other.length - one.length)
    .reduce((left, each) => left.replaceAll(each, ERASED), text);
}

/** Whether bytes that are no JSON hold a telling value, or all parts of the id as words of their own. */
function speaksOf(bytes: Buffer, { values }: Subject): boolean {
  const { telling } = values;
  if ((["utf8", "utf16le"] as const).some((encoding) => telling.in(bytes.toString(encoding)).size > 0))
    return true;
  const { parts } = values;
  // Short parts are everybody's words.
  if (!parts?.some((part) => part.length >= 4)) return false;
  const words = new Set(bytes.toString("latin1").split(/[^\w]+/));
  return parts.every((part) => (/^\w+$/.test(part) ? words.has(part) : bytes.includes(part)));
}
