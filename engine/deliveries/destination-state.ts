import { ContendedError } from "../errors/contended-error.ts";
import type { Documents, Write } from "../ports.ts";

/** Whether a destination takes deliveries, for all hosts: item `destination|<integration>` of `control`. */
export interface DestinationState {
  readonly id: string;
  readonly kind: "destination";
  readonly name: string;
  /** An operator wants nothing sent. */
  readonly held?: { readonly by: string; readonly reason: string; readonly at: string };
  /** It fails, or asked to be left alone; gone with the first delivery that succeeds after that. */
  readonly paused?: Pause;
}

/** Why and until when nothing is sent. */
export interface Pause {
  readonly at: string;
  readonly until: string;
  readonly reason: string;
  /** How many pauses in a row, this one included. */
  readonly strikes: number;
}

const MAX_CONFLICTS = 20;

/** Reads a destination's state; one without hold and pause where there is none. */
export async function readDestination(documents: Documents, name: string): Promise<DestinationState> {
  return (await stored(documents, name)).item;
}

/** Changes a destination's state; `change` may be called again, and answers undefined where nothing is to change. */
export async function changeDestination(
  documents: Documents,
  name: string,
  change: (state: DestinationState) => DestinationState | undefined,
): Promise<DestinationState> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const { item, etag } = await stored(documents, name);
    const next = change(item);
    if (!next) return item;
    const write: Write =
      etag === undefined ? { op: "create", item: next } : { op: "replace", item: next, etag };
    const result = await documents.write("control", next.id, [write]);
    if (result.written) return next;
  }
  throw new ContendedError(`the state of ${name}`, MAX_CONFLICTS);
}

async function stored(
  documents: Documents,
  name: string,
): Promise<{ item: DestinationState; etag: string | undefined }> {
  const id = `destination|${name}`;
  const found = await documents.read<DestinationState>("control", id, id);
  return found ?? { item: { id, kind: "destination", name }, etag: undefined };
}
