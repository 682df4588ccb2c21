import { validateHeaderName, validateHeaderValue } from "node:http";
import type { Removed, Snapshot } from "../../engine/define/index.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { type AtDestination, bodyOf, type Ignored, type RestAnswer, type RestRequest } from "./request.ts";

/** How versions become requests. */
export interface RestMapping {
  readonly request: (document: never, there: AtDestination) => RestAnswer;
  readonly remove: ((removed: Removed, there: AtDestination) => RestAnswer) | undefined;
}

const UNSENT_REMOVAL = { ignored: "the integration does not send removals" };
const NOTHING_TO_SEND = { ignored: "the mapping had nothing to send" };

/** The request of a snapshot, or why there is none. Throws a PermanentError where the mapping throws. */
export function mapped({ request, remove }: RestMapping, snapshot: Snapshot): RestRequest | Ignored {
  const { id, key, version, data, known, remoteId } = snapshot;
  const there: AtDestination = { known, remoteId };
  try {
    if (data === undefined)
      return (remove ? remove({ id, key, version }, there) : UNSENT_REMOVAL) ?? NOTHING_TO_SEND;
    // The document's type is the definition's, which has checked it.
    const mapping = request as (document: object, there: AtDestination) => RestAnswer;
    return mapping({ ...data, id, key, version }, there) ?? NOTHING_TO_SEND;
  } catch (error) {
    throw new PermanentError(`the mapping threw ${String(error)}`, { cause: error });
  }
}

/** What of a request goes over the wire beside its address. */
export interface Written {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request as it is written. Throws a TypeError, which shows no value, for a header that HTTP does not allow. */
export function written(request: RestRequest): Written {
  const content = bodyOf(request);
  return {
    headers: {
      ...(content === undefined ? {} : checked({ "content-type": content.type })),
      ...checked(request.headers ?? {}),
    },
    ...(content === undefined ? {} : { body: content.body }),
  };
}

/** What a fault of a request means: a TypeError is the mapping's. Throws a PermanentError then, else the error itself. */
export function blameMapping(error: unknown): never {
  if (error instanceof TypeError) {
    throw new PermanentError(`the mapping is wrong: ${error.message}`, { cause: error });
  }
  throw error;
}

function checked(headers: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
