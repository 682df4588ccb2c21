import type { Documents, Item } from "../../../ports.ts";
import type { Sequence } from "../../sequence.ts";
import { derivedRun } from "../derived-run.ts";
import type { SequenceWork } from "../sequence-work.ts";
import { startSequence } from "../start-sequence.ts";
import { newestDue } from "./newest-due.ts";

/** Up to when a sequence's schedule was seen to: item `sequence-schedule|<name>` of `control`. */
export interface ScheduleState extends Item {
  readonly kind: "sequence-schedule";
  readonly sequence: string;
  /** The schedule as it then was. */
  readonly schedule: string;
  /** The time that it was last started for, or when it was first seen: ISO 8601. */
  readonly last: string;
}

/**
 * Starts the sequences that are due by their schedules: each once for a time, on however many hosts. After a stop only the
 * newest of the times that were missed counts, and of a schedule that is new none before that. A fault of one sequence is
 * logged. Rejects when they cannot be listed.
 */
export async function startOnSchedule(work: SequenceWork): Promise<void> {
  for (const sequence of await work.book.list()) {
    const { schedule } = sequence.plan;
    if (schedule === undefined) continue;
    try {
      await startIfDue(work, sequence, schedule);
    } catch (error) {
      const { message } = error instanceof Error ? error : new Error(String(error));
      work.ports.log("error", "the schedule of a sequence failed", {
        sequence: sequence.name,
        error: message,
      });
    }
  }
}

async function startIfDue(work: SequenceWork, { name }: Sequence, schedule: string): Promise<void> {
  const { documents, clock, log } = work.ports;
  const now = clock.now();
  const id = `sequence-schedule|${name}`;
  const stored = await documents.read<ScheduleState>("control", id, id);
  if (!stored || stored.item.schedule !== schedule) {
    return save(documents, { id, sequence: name, schedule, last: now }, stored?.etag);
  }
  const due = newestDue(schedule, Date.parse(stored.item.last), now);
  if (due === undefined) return;
  const started = await startSequence(work, {
    sequence: name,
    parameters: {},
    trigger: "schedule",
    runId: derivedRun("schedule", name, new Date(due).toISOString()),
  });
  if (started.outcome !== "started") {
    log("error", "a sequence could not start on its schedule", { sequence: name, ...started });
  }
  // Where that fails, or another host was faster, the next tick starts the same run: it is there already.
  await save(documents, { id, sequence: name, schedule, last: due }, stored.etag);
}

async function save(
  documents: Documents,
  { last, ...rest }: Pick<ScheduleState, "id" | "sequence" | "schedule"> & { readonly last: number },
  etag: string | undefined,
): Promise<void> {
  const item: ScheduleState = { kind: "sequence-schedule", ...rest, last: new Date(last).toISOString() };
  await documents.write("control", item.id, [
    etag === undefined ? { op: "create", item } : { op: "replace", item, etag },
  ]);
}
