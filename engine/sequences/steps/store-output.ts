import { stat } from "node:fs/promises";
import type { Artifact, StepOrder } from "../step.ts";
import { type Content, measuring, readBytes } from "./files.ts";
import type { Place } from "./places.ts";
import type { StepWork } from "./step-work.ts";

/**
 * Stores what a step wrote: as a blob of the engine's own, which no other attempt has, or where its output says. Rejects
 * with a PermanentError or a RetryableError where a server does not take it, and when the blobs fail.
 */
export async function storeOutput(
  { blobs, containers, web }: Pick<StepWork, "blobs" | "containers" | "web">,
  { run, index, attempt, step }: StepOrder,
  place: Place,
  file: string,
  signal: AbortSignal,
): Promise<Artifact> {
  const put = async (send: (bytes: AsyncIterable<Uint8Array>) => Promise<void>): Promise<Content> => {
    const measured = measuring(readBytes(file));
    await send(measured.bytes);
    return measured.content();
  };
  if (place.kind === "local") {
    const blob = `sequences/${run}/${index}-${attempt}`;
    return { path: step.output, blob, ...(await put((bytes) => blobs.putStream(blob, bytes))) };
  }
  const { size } = await stat(file);
  const content = await put((bytes) =>
    place.kind === "blob"
      ? containers(place.container).putStream(place.name, bytes)
      : web.put(place.url, { bytes, size }, signal),
  );
  return { path: step.output, blob: null, ...content };
}
