import { createHash } from "node:crypto";
import type { Ports } from "../ports.ts";
import type { BusinessModel, UploadedSource } from "./model.ts";

/**
 * Keeps an uploaded file as the blob `models/<id>/<what>/<SHA-256>`, and returns what the model is to say of it. Kept
 * again, it is the same blob.
 */
export async function keepSource(
  { blobs, clock }: Pick<Ports, "blobs" | "clock">,
  { model }: Pick<BusinessModel, "model">,
  what: "sql" | "job",
  { bytes, fileName }: { readonly bytes: Uint8Array; readonly fileName: string },
): Promise<UploadedSource> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const blob = `models/${model}/${what}/${sha256}`;
  await blobs.put(blob, bytes);
  const at = new Date(clock.now()).toISOString();
  return { fileName, blob, sha256, bytes: bytes.length, at };
}
