/**
 * Buffers that nobody reads any more, to be filled anew. What passes through here is many times what is in memory at a
 * time; left to the collector, megabytes of buffers have it go through everything again and again.
 */
export interface Spare {
  /** A buffer of at least `size` bytes, with whatever is in it. */
  take(size: number): Buffer;
  /** Gives back what {@link take} gave, or a part of it that begins where that does. */
  give(bytes: Uint8Array): void;
}

/** Keeps at most `most` buffers, each made `room` bytes long or as long as is asked for. */
export function spareBuffers(room: number, most: number): Spare {
  const kept: Buffer[] = [];
  return {
    take(size) {
      if (size > room) return Buffer.allocUnsafeSlow(size);
      return kept.pop() ?? Buffer.allocUnsafeSlow(room);
    },
    give({ buffer }) {
      // Larger ones were made for one file; smaller ones are nothing of ours.
      if (buffer.byteLength === room && kept.length < most) kept.push(Buffer.from(buffer));
    },
  };
}

/** Makes a new buffer each time. */
export const NONE_SPARE: Spare = { take: (size) => Buffer.allocUnsafeSlow(size), give: () => {} };
