import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { PermanentError } from "../../errors/permanent-error.ts";
import type { StepOrder } from "../step.ts";
import { writeBytes } from "./files.ts";
import { artifactAt, type Place, placeOf } from "./places.ts";
import type { StepWork } from "./step-work.ts";

/** A file that a step reads. */
export interface Input {
  /** On this machine. */
  readonly file: string;
  /** What it is called in the folder of the step. */
  readonly inFolder: string;
}

/**
 * Brings what a step reads to a file below `folder`; undefined where it reads nothing. Rejects with a PermanentError where
 * it is not there or not what was recorded, with a RetryableError where a server does not give it, when the blobs fail, and
 * when the signal aborts.
 */
export async function bringInput(
  work: Pick<StepWork, "blobs" | "containers" | "web">,
  order: StepOrder,
  folder: string,
  signal: AbortSignal,
): Promise<Input | undefined> {
  const { step, failure, artifacts } = order;
  if (failure) {
    const inFolder = "input/failure.json";
    const file = await fileBelow(folder, inFolder);
    await writeFile(file, JSON.stringify(failure, null, 2), { flag: "wx", mode: 0o600 });
    return { file, inFolder };
  }
  const place = placeOf("input", step.input);
  if (!place) return undefined;
  const file = await fileBelow(folder, place.inFolder);
  if (place.kind === "local") await bringArtifact(work, place.path, artifacts, file, signal);
  else await writeBytes(file, await bytesAt(work, place, signal), signal);
  return { file, inFolder: place.inFolder };
}

async function bringArtifact(
  { blobs }: Pick<StepWork, "blobs">,
  path: string,
  artifacts: StepOrder["artifacts"],
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const artifact = artifactAt(path, artifacts);
  if (!artifact || artifact.blob === null) throw new PermanentError(`no step before it wrote ${path}`);
  const stream = await blobs.stream(artifact.blob);
  if (!stream) throw new PermanentError(`${path} is kept no more: begin again at the step that writes it`);
  const { sha256, bytes } = await writeBytes(file, stream.bytes, signal);
  if (sha256 === artifact.sha256 && bytes === artifact.bytes) return;
  throw new PermanentError(
    `${path} is not what was written: it has ${bytes} bytes with the hash ${sha256}, and had ${artifact.bytes} with ${artifact.sha256}`,
  );
}

async function bytesAt(
  { containers, web }: Pick<StepWork, "containers" | "web">,
  place: Exclude<Place, { kind: "local" }>,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  if (place.kind === "web") return web.get(place.url, signal);
  const stream = await containers(place.container).stream(place.name);
  if (!stream) throw new PermanentError(`there is no blob://${place.container}/${place.name}`);
  return stream.bytes;
}

/** The path of a file below a folder; the folders on the way are made. */
export async function fileBelow(folder: string, inFolder: string): Promise<string> {
  const file = path.join(folder, inFolder);
  await mkdir(path.dirname(file), { recursive: true });
  return file;
}
