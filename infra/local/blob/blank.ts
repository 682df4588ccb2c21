import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";

/** Part of an extent, the file in which Azurite keeps the bytes of many blobs one after the other. */
interface Chunk {
  readonly id: string;
  readonly offset: number;
  readonly count: number;
}

const STEP = 1024 * 1024;

/**
 * Overwrites with zeros what extents hold of blobs that were deleted. Azurite deletes an extent only when no blob in it
 * is left, and until then keeps all of it. For a folder that no server has open; what is interrupted is done at the next
 * call. Returns how many bytes were overwritten.
 */
export function blankDeleted(folder: string): number {
  const index = path.join(folder, "__azurite_db_blob__.json");
  const extents = path.join(folder, "__blobstorage__");
  // Without its index nobody can say what is in use.
  if (!existsSync(index) || !existsSync(extents)) return 0;
  const used = Map.groupBy(chunksIn(JSON.parse(readFileSync(index, "utf8"))), ({ id }) => id);
  let blanked = 0;
  for (const id of readdirSync(extents)) blanked += blankBetween(path.join(extents, id), used.get(id) ?? []);
  return blanked;
}

/** Every chunk that the index refers to, wherever it does: blobs, their snapshots, blocks that are not committed. */
function chunksIn(value: unknown): Chunk[] {
  const found: Chunk[] = [];
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== "object" || next === null) continue;
    if (isChunk(next)) found.push(next);
    for (const member of Object.values(next)) open.push(member);
  }
  return found;
}

function isChunk(value: object): value is Chunk {
  const { id, offset, count } = value as Partial<Chunk>;
  return typeof id === "string" && typeof offset === "number" && typeof count === "number";
}

function blankBetween(file: string, used: readonly Chunk[]): number {
  const { size } = statSync(file);
  const descriptor = openSync(file, "r+");
  try {
    let blanked = 0;
    let from = 0;
    for (const { offset, count } of [...used].sort((a, b) => a.offset - b.offset)) {
      blanked += blank(descriptor, from, offset);
      from = Math.max(from, offset + count);
    }
    return blanked + blank(descriptor, from, size);
  } finally {
    closeSync(descriptor);
  }
}

/** Overwrites what is not zero yet: what was blanked before is only read. */
function blank(descriptor: number, from: number, to: number): number {
  let blanked = 0;
  const bytes = Buffer.allocUnsafe(Math.min(STEP, Math.max(to - from, 0)));
  for (let at = from; at < to; at += STEP) {
    const count = readSync(descriptor, bytes, 0, Math.min(STEP, to - at), at);
    if (bytes.subarray(0, count).every((byte) => byte === 0)) continue;
    blanked += writeSync(descriptor, Buffer.alloc(count), 0, count, at);
  }
  return blanked;
}
