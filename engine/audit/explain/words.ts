import type { Priority } from "../../define/document.ts";
import type { CloudEvent } from "../../define/event.ts";
import type { Sighting } from "../../sync/observed.ts";
import { pathSegments, pathText } from "../../sync/paths.ts";
import type { Lost, Setting } from "./leaf.ts";
import type { Origin } from "./origin.ts";

/**
 * Why a path has the value that it has, or none, in a sentence; `standing` is the sighting that a value stands on now,
 * where there is one.
 */
export function whySet(
  { event, rule, outcome, reason }: Pick<Setting, "event" | "rule" | "outcome" | "reason">,
  origin: Origin,
  standing?: Pick<Sighting, "time" | "source">,
): string {
  const who = "actor" in origin && origin.actor !== undefined ? origin.actor : "an operator";
  const wish = "reason" in origin ? origin.reason : undefined;
  const said = (wish ?? reason) === undefined ? "" : `: ${wish ?? reason}`;
  if (origin.kind === "erasure") return `${who} had the personal values erased${said}`;
  if (origin.kind === "undo") return `${who} took back what had stood here${again(standing, event)}${said}`;
  const heard = `of what ${event.source} saw at ${event.time}`;
  if (outcome === "removed") return `the entity was removed by ${rule.name}, because ${heard}${said}`;
  return `${rule.name} set it, because ${heard}`;
}

/** What stands after an undo. What was seen later than that confirmed it, and does not stand again. */
function again(
  standing: Pick<Sighting, "time" | "source"> | undefined,
  undo: Pick<CloudEvent, "time">,
): string {
  if (standing === undefined || standing.time > undo.time) return "";
  return `, so that what ${standing.source} saw at ${standing.time} stands again`;
}

/** Why a value did not stand, in a sentence. */
export function whyLost({ path, source, time, reason, standing }: Lost, priority: Priority): string {
  if (reason === "invalid")
    return "with what stood, it would have made a document that the schema refuses: the whole part stayed as it was";
  if (standing === undefined) return `${source} saw it at ${time}; part of what stood there was newer`;
  if (reason === "priority") return `${standing.source} stood there, and ${rankText(path, priority)}`;
  if (standing.time === time)
    return `${standing.source} saw what stood at the same time; of two sources, the later in the alphabet stands`;
  return `${standing.source} saw what stood at ${standing.time}, which is later than ${time}`;
}

/** Which order of sources counts at a path, and where that is declared. */
function rankText(path: string, priority: Priority): string {
  const segments = pathSegments(path);
  for (let length = segments.length; length > 0; length--) {
    const place = pathText(segments.slice(0, length));
    const order = priority[place];
    if (order) return `for ${place} the order of sources is ${order.join(", ")}, then all others`;
  }
  return "it ranks before";
}
