import type { CloudEvent } from "../define/event.ts";
import type { Ports, Topic } from "../ports.ts";
import { openEvent } from "./open-event.ts";
import { withPatience } from "./patience.ts";
import type { Issue } from "./quarantine.ts";

/**
 * Takes a message of the queue `events`: opens it, has `work` done with its event, and then deletes the blob that the
 * event came by, if it did; one whose blob is deleted already is announced again. Resolves with what is wrong with the
 * message, nothing where it is done with. Rejects when the infrastructure keeps failing, or with what `work` threw: the
 * message must then come again, and does no harm.
 */
export async function takeEvent(
  message: unknown,
  ports: Ports,
  topic: Topic,
  work: (event: CloudEvent) => Promise<void>,
): Promise<readonly Issue[]> {
  const opened = await withPatience(ports.log, "opening an event", () => openEvent(message, ports));
  if ("issues" in opened) return opened.issues;
  if ("known" in opened) {
    const { known } = opened;
    if (known.length > 0) await withPatience(ports.log, "announcing again", () => topic.publish(known));
    return [];
  }
  const { event, claim } = opened;
  await work(event);
  if (claim) await withPatience(ports.log, "deleting a blob", () => ports.blobs.delete(claim.name));
  return [];
}
