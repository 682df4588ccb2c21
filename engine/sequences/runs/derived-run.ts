import { createHash } from "node:crypto";

/**
 * The id of the run that a trigger starts: the same for the same trigger, so that it is one run however often it is
 * started. A UUID of version 8 (https://www.rfc-editor.org/rfc/rfc9562#section-5.8).
 */
export function derivedRun(...trigger: readonly string[]): string {
  const bytes = createHash("sha256").update(JSON.stringify(trigger)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
