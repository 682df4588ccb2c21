import { createHash } from "node:crypto";
import type { z } from "zod";
import type { DocumentDefinition } from "./document.ts";
import type { IdPart } from "./key.ts";
import { type PersonalPaths, personalPathsOf } from "./personal.ts";
import { schemaFaults } from "./schema.ts";

/** A CloudEvents 1.0 JSON event (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md). */
export interface CloudEvent<Data = unknown> {
  readonly specversion: "1.0";
  /** `<source>:<delivery id>[:<n>]`, at most 128 characters: idempotency key of the whole pipeline. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** The entity's key, `<entity>|<id>`. */
  readonly subject: string;
  /** When the source observed it: ISO 8601 UTC with milliseconds. */
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly data: Data;
  /**
   * What brought it in, where that was no delivery of its own: `pull/<name>/<run>/<page>`,
   * `import/<dataset>/<run>/<row>`, `sequence/<name>/<run>/<step>/<row>`, `quarantine/<id>`, `undo/<run>`. What was brought in together can be found, and taken back, together.
   */
  readonly cause?: string;
  /** W3C trace context of what brought it in. */
  readonly traceparent?: string;
}

/** What a source saw, before the engine gives it its id and key. */
export interface Observation<Data = unknown> {
  readonly definition: EventDefinition;
  /** ISO 8601 UTC with milliseconds. */
  readonly time: string;
  readonly parts: readonly IdPart[];
  readonly data: Data;
}

/** One kind of event that sources report about an entity; made by {@link defineEvent}. */
export interface EventDefinition<
  Type extends string = string,
  About extends DocumentDefinition = DocumentDefinition,
  Schema extends z.ZodObject = z.ZodObject,
> {
  readonly kind: "event";
  readonly type: Type;
  readonly about: About;
  readonly schema: Schema;
  readonly personal: PersonalPaths;
  /**
   * An observation of this kind. `data` is parsed by the schema: throws a ZodError that names each wrong field.
   * `time` is when the source saw it (ISO 8601 with offset, or a Date).
   */
  of(data: z.input<Schema>, options: { time: string | Date }): Observation<z.output<Schema>>;
}

/** The data of an event as rules see it. */
export type EventDataOf<E extends EventDefinition> = z.output<E["schema"]>;

type HasParts<About extends DocumentDefinition> = Record<About["id"][number], IdPart>;

/** What an event is made of. */
export interface EventOptions<About extends DocumentDefinition, Schema extends z.ZodObject> {
  /** The document whose entity it speaks of; the data has a member for each part of its id. */
  about: About;
  /** The event's data; strict objects refuse what they do not know. */
  data: z.output<Schema> extends HasParts<About> ? Schema : Schema & { __missing: HasParts<About> };
}

const TYPE = /^[a-z][a-z0-9.-]{0,127}$/;

/** How the types of Caudal's own events begin, by which operators reach an entity in its session. */
export const CONTROL_PREFIX = "caudal.";

/**
 * Defines an event. Throws a TypeError on a malformed type (`[a-z][a-z0-9.-]*`) or one that begins with `caudal.`,
 * when the data lacks a part of the id, or when it comes out as what JSON cannot say: it crosses a queue before a rule
 * sees it.
 */
export function defineEvent<
  const Type extends string,
  About extends DocumentDefinition,
  Schema extends z.ZodObject,
>(type: Type, options: EventOptions<About, Schema>): EventDefinition<Type, About, Schema> {
  if (!TYPE.test(type)) throw new TypeError(`event "${type}": types are ${TYPE}`);
  if (type.startsWith(CONTROL_PREFIX))
    throw new TypeError(`event "${type}": types that begin with ${CONTROL_PREFIX} are Caudal's own`);
  const schema: Schema = options.data;
  const [fault] = schemaFaults(schema, { invents: true });
  if (fault !== undefined) throw new TypeError(`event "${type}": ${fault}`);
  for (const part of options.about.id) {
    if (!(part in schema.shape)) {
      throw new TypeError(
        `event "${type}": its data lacks "${part}", a part of the id of ${options.about.name}`,
      );
    }
  }
  const definition: EventDefinition<Type, About, Schema> = {
    kind: "event",
    type,
    about: options.about,
    schema,
    personal: personalPathsOf(schema),
    of(data, { time }) {
      const parsed = schema.parse(data);
      const parts = options.about.id.map((part) => (parsed as Record<string, IdPart>)[part] ?? "");
      return { definition, time: new Date(time).toISOString(), parts, data: parsed };
    },
  };
  return definition;
}

const PLAIN_ID = /^[^/\\?#]{1,128}$/;

/** `<source>:<delivery id>[:<n>]`; its SHA-256 where that has `/`, `\`, `?`, `#` (no Cosmos id) or over 128 characters. */
export function eventId(source: string, deliveryId: string, n?: number): string {
  const id = `${source}:${deliveryId}${n === undefined ? "" : `:${n}`}`;
  return PLAIN_ID.test(id) ? id : createHash("sha256").update(id).digest("hex");
}
