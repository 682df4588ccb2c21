import type { Path, Query } from "./address.ts";

/** What every request has. */
interface AnyRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base address: `/contacts/${c.id}`. It is percent-encoded for you; see {@link Path}. */
  readonly path: Path;
  /** Beside those of every delivery: `authorization`, `idempotency-key`, `accept`, and `content-type` with a body. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Query;
}

/** Fields of a form: a list repeats its field, undefined leaves it out. */
export type Form = Readonly<
  Record<string, string | number | boolean | undefined | readonly (string | number | boolean)[]>
>;

/** Sent as JSON. Default: no body. */
interface JsonBody {
  readonly json?: unknown;
  readonly form?: never;
  readonly text?: never;
  readonly contentType?: never;
}

/** Sent URL-encoded, as `application/x-www-form-urlencoded`. */
interface FormBody {
  readonly form: Form;
  readonly json?: never;
  readonly text?: never;
  readonly contentType?: never;
}

/** Sent as it is, in UTF-8. */
interface TextBody {
  readonly text: string;
  /** Its media type: `application/xml`, `text/csv`. */
  readonly contentType: string;
  readonly json?: never;
  readonly form?: never;
}

/** A request to a destination, as a mapping writes it, with one body at most. */
export type RestRequest = AnyRequest & (JsonBody | FormBody | TextBody);

/** Why a version is of no interest to a destination; made by {@link ignore}. */
export interface Ignored {
  readonly ignored: string;
}

/** A mapping's answer for a version that the destination need not know of; the reason reaches the delivery record. */
export function ignore(reason: string): Ignored {
  return { ignored: reason };
}

/** What a mapping may answer: a request, {@link ignore}, or undefined, which ignores without a reason of its own. */
export type RestAnswer = RestRequest | Ignored | undefined;

/** What the destination has, as far as we know. */
export interface AtDestination {
  /** Something was delivered, and not removed since. */
  readonly known: boolean;
  /** The destination's own id of the entity, where a response told one. */
  readonly remoteId: string | undefined;
}

/** A body as it is sent, and its type. Throws a TypeError for JSON that cannot be written. */
export function bodyOf(request: RestRequest): { readonly body: string; readonly type: string } | undefined {
  if (request.text !== undefined) return { body: request.text, type: request.contentType };
  if (request.form !== undefined) {
    const fields = Object.entries(request.form).flatMap(([name, value]) =>
      [value ?? []].flat().map((each): [string, string] => [name, String(each)]),
    );
    return { body: new URLSearchParams(fields).toString(), type: "application/x-www-form-urlencoded" };
  }
  return request.json === undefined
    ? undefined
    : { body: JSON.stringify(request.json), type: "application/json" };
}
