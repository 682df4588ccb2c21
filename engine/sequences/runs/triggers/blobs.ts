import { createHash } from "node:crypto";
import type { Documents, Item } from "../../../ports.ts";
import type { Sequence } from "../../sequence.ts";
import { derivedRun } from "../derived-run.ts";
import type { BlobContainers, SequenceWork } from "../sequence-work.ts";
import { startSequence } from "../start-sequence.ts";

/** That a sequence ran for a blob: item `sequence-blob|<hash of both>` of `control`, never altered. */
export interface SeenBlob extends Item {
  readonly kind: "sequence-blob";
  readonly sequence: string;
  /** `blob://container/name`. */
  readonly blob: string;
  /** Null where no run could be started. */
  readonly run: string | null;
  readonly at: string;
}

/** Most blobs that a tick starts a sequence for: the others are left to the next one. */
const MOST_STARTED = 200;

/** Most blobs whose markers a host remembers, to spare reads. */
const MOST_REMEMBERED = 200_000;

const remembered = new WeakMap<BlobContainers, Set<string>>();

/**
 * Starts sequences for blobs that are new to them, each once for a name, on however many hosts; those that were there
 * before the sequence are new to it, too. A fault of one sequence is logged. Rejects when they cannot be listed.
 */
export async function startForBlobs(work: SequenceWork): Promise<void> {
  for (const sequence of await work.book.list()) {
    const { on_blob } = sequence.plan;
    if (on_blob === undefined) continue;
    try {
      await startForNew(work, sequence, on_blob);
    } catch (error) {
      const { message } = error instanceof Error ? error : new Error(String(error));
      work.ports.log("error", "a sequence could not look for blobs", {
        sequence: sequence.name,
        error: message,
      });
    }
  }
}

async function startForNew(work: SequenceWork, { name: sequence }: Sequence, onBlob: string): Promise<void> {
  const { documents, clock, log } = work.ports;
  const known = remembered.get(work.containers) ?? new Set<string>();
  remembered.set(work.containers, known);
  const slash = onBlob.indexOf("/");
  const [container, prefix] = slash === -1 ? [onBlob, ""] : [onBlob.slice(0, slash), onBlob.slice(slash + 1)];
  let left = MOST_STARTED;
  for await (const name of work.containers(container).list(prefix)) {
    if (left === 0) return;
    const blob = `blob://${container}/${name}`;
    const id = `sequence-blob|${createHash("sha256")
      .update(JSON.stringify([sequence, blob]))
      .digest("hex")}`;
    if (known.has(id) || (await isMarked(documents, id))) {
      remember(known, id);
      continue;
    }
    left -= 1;
    const runId = derivedRun("blob", sequence, blob);
    const started = await startSequence(work, { sequence, parameters: { blob }, trigger: "blob", runId });
    // The line is full: the next tick comes to it again.
    if (started.outcome === "full") return;
    if (started.outcome !== "started") {
      log("error", "a sequence could not start for a blob", { sequence, blob, ...started });
    }
    const run = started.outcome === "started" ? started.run : null;
    const at = new Date(clock.now()).toISOString();
    const item: SeenBlob = { id, kind: "sequence-blob", sequence, blob, run, at };
    await documents.write("control", id, [{ op: "create", item }]);
    remember(known, id);
  }
}

async function isMarked(documents: Documents, id: string): Promise<boolean> {
  return (await documents.read<SeenBlob>("control", id, id)) !== undefined;
}

function remember(known: Set<string>, id: string): void {
  if (known.size >= MOST_REMEMBERED) known.clear();
  known.add(id);
}
