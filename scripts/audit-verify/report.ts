import { brokenIn, type Verified } from "../../engine/audit/verify/break.ts";
import type { CheckedCheckpoint } from "../../engine/audit/checkpoint/check-checkpoint.ts";
import type { Summary } from "../../engine/audit/checkpoint/checkpoint.ts";
import type { HeadDifference } from "../../engine/audit/checkpoint/compare-heads.ts";

/** All that one call of the program found. */
export interface Outcome {
  /** Nothing is broken, and where a checkpoint was given, it holds. */
  readonly whole: boolean;
  readonly verified: Verified;
  readonly checkpoint?: CheckedCheckpoint;
  /** What the file of heads that was written is of. */
  readonly heads?: Summary & { readonly covers: string };
}

/** The outcome for people. */
export function reportOf({ verified, checkpoint, heads }: Outcome): string {
  const lines = [
    ...verified.breaks.map(
      ({ key, id, sequence, kind, detail }) => `${key}  record ${sequence}  ${kind}  ${id}: ${detail}`,
    ),
    ...(verified.more ? [`… and ${number(verified.more)} more entities`] : []),
    ...(checkpoint?.differences ?? []).map(difference),
    ...(checkpoint?.more ? [`… and ${number(checkpoint.more)} more entities`] : []),
    verdict(verified),
    ...(verified.unread
      ? [`${number(verified.unread)} large records were followed, and not looked into: give --blob`]
      : []),
    ...(checkpoint ? [checkpointVerdict(checkpoint)] : []),
    ...(heads
      ? [`wrote the heads of ${number(heads.entities)} entities up to ${heads.covers}, root ${heads.root}`]
      : []),
  ];
  return lines.map(printable).join("\n");
}

function verdict(verified: Verified): string {
  const { entities, records } = verified;
  const broken = brokenIn(verified);
  const all = `${number(entities)} entities, ${number(records)} records`;
  return broken === 0 ? `${all}: whole` : `${all}: ${number(broken)} entities are broken`;
}

function checkpointVerdict({ covers, signed, key, holds }: CheckedCheckpoint): string {
  const which = `checkpoint of ${covers}`;
  if (!signed)
    return `${which}: not signed by ${key === "pinned" ? "the key given" : "the key that it names"}`;
  const by =
    key === "pinned"
      ? "signed by the key given"
      : "signed by the key that it names, which is trusted (pin it with --public-key)";
  return holds
    ? `${which}: ${by}; nothing recorded by then was altered or removed`
    : `${which}: ${by}; something recorded before ${covers} was altered or removed`;
}

function difference({ key, was, is }: HeadDifference): string {
  if (!is) return `${key}  had ${was?.sequence ?? 0} records in the checkpoint, and has none of them`;
  if (!was) return `${key}  had no record in the checkpoint, and has ${is.sequence} of that time`;
  if (was.sequence === is.sequence)
    return `${key}  record ${was.sequence}, its newest in the checkpoint, is another`;
  return `${key}  had ${was.sequence} records in the checkpoint, and has ${is.sequence} of that time`;
}

/** What a store holds may be anything; a terminal obeys control characters. */
function printable(line: string): string {
  return line.replaceAll(/\p{Cc}/gu, "?");
}

function number(count: number): string {
  return count.toLocaleString("en-US");
}
