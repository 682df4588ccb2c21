import { brokenIn, type Verified } from "../../engine/audit/verify/break.ts";
import type { CheckedCheckpoint } from "../../engine/audit/checkpoint/check-checkpoint.ts";
import type { Summary } from "../../engine/audit/checkpoint/checkpoint.ts";
import type { HeadDifference } from "../../engine/audit/checkpoint/compare-heads.ts";

/** All that one call of the program found. */
export interface Outcome {
  /** Nothing is broken, and where a checkpoint was given, it holds. */
  readonly whole: boolean;
  readonly verified: Verified;
  readonly checkpoint?: Held;
  /** What the file of heads that was written is of. */
  readonly heads?: Summary & { readonly covers: string };
}

/** What came of a checkpoint. Where its hashes are there, on records that are broken, nobody can say that it holds. */
export type Held =
  CheckedCheckpoint | (Omit<CheckedCheckpoint, "holds"> & { readonly holds?: never; readonly heads: "same" });

/** A checkpoint beside what verifying came to. */
export function heldBeside(verified: Verified, checked: CheckedCheckpoint): Held {
  if (brokenIn(verified) === 0 || !checked.holds) return checked;
  const { holds: _holds, ...told } = checked;
  return { ...told, heads: "same" };
}

/** The outcome for people. */
export function reportOf({ verified, checkpoint, heads }: Outcome): string {
  const lines = [
    ...verified.breaks.map(
      ({ key, id, sequence, kind, detail }) => `${key}  record ${sequence}  ${kind}  ${id}: ${detail}`,
    ),
    ...(verified.more ? [`… and ${counted(verified.more, "more entity")}`] : []),
    ...(checkpoint?.differences ?? []).map(difference),
    ...(checkpoint?.more ? [`… and ${counted(checkpoint.more, "more entity")}`] : []),
    verdict(verified),
    ...(verified.unread
      ? [
          `${counted(verified.unread, "large record")} ${verified.unread === 1 ? "was" : "were"} followed, and not looked into: give --blob`,
        ]
      : []),
    ...(checkpoint ? [checkpointVerdict(checkpoint)] : []),
    ...(heads
      ? [`wrote the heads of ${counted(heads.entities, "entity")} up to ${heads.covers}, root ${heads.root}`]
      : []),
  ];
  return lines.map(printable).join("\n");
}

function verdict(verified: Verified): string {
  const { entities, records } = verified;
  const broken = brokenIn(verified);
  const all = `${counted(entities, "entity")}, ${counted(records, "record")}`;
  if (broken === 0) return `${all}: whole`;
  return `${all}: ${counted(broken, "entity")} ${broken === 1 ? "is" : "are"} broken`;
}

function checkpointVerdict(checkpoint: Held): string {
  const { covers, entities, records, signed, key, holds } = checkpoint;
  const which = `checkpoint of ${covers}, ${counted(entities, "entity")}, ${counted(records, "record")}`;
  if (!signed)
    return `${which}: not signed by ${key === "pinned" ? "the key given" : "the key that it names"}`;
  const by =
    key === "pinned"
      ? "signed by the key given"
      : "signed by the key that it names, which is trusted (pin it with --public-key)";
  if ("heads" in checkpoint) {
    return `${which}: ${by}; the hashes are those of the checkpoint, but records above are broken`;
  }
  return holds
    ? `${which}: ${by}; nothing recorded by then was altered or removed`
    : `${which}: ${by}; something recorded before ${covers} was altered or removed`;
}

function difference({ key, was, is }: HeadDifference): string {
  if (!is)
    return `${key}  had ${counted(was?.sequence ?? 0, "record")} in the checkpoint, and has none of that time`;
  if (!was) return `${key}  had no record in the checkpoint, and has ${is.sequence} of that time`;
  if (was.sequence === is.sequence)
    return `${key}  record ${was.sequence}, its newest in the checkpoint, is another`;
  return `${key}  had ${counted(was.sequence, "record")} in the checkpoint, and has ${is.sequence} of that time`;
}

/** What a store holds may be anything; a terminal obeys control characters. */
function printable(line: string): string {
  return line.replaceAll(/\p{Cc}/gu, "?");
}

/** So many of something, whose name ends with `y` or takes an `s`. */
export function counted(count: number, one: string): string {
  const many = one.endsWith("y") ? `${one.slice(0, -1)}ies` : `${one}s`;
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}
