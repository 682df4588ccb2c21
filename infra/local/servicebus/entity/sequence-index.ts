import type { BrokerMessage } from "./message.ts";

const CHUNK = 1024;

/** All messages of an entity by sequence number, so that peek can begin anywhere and lookups cost O(1). */
export class SequenceIndex {
  private readonly chunks = new Map<number, Map<number, BrokerMessage>>();
  private highest = 0;
  /** How many messages there are. */
  size = 0;

  get(sequence: number): BrokerMessage | undefined {
    return this.chunks.get(Math.floor(sequence / CHUNK))?.get(sequence);
  }

  add(message: BrokerMessage): void {
    const at = Math.floor(message.sequence / CHUNK);
    let chunk = this.chunks.get(at);
    if (chunk === undefined) this.chunks.set(at, (chunk = new Map()));
    chunk.set(message.sequence, message);
    if (at > this.highest) this.highest = at;
    this.size++;
  }

  remove(sequence: number): void {
    const at = Math.floor(sequence / CHUNK);
    const chunk = this.chunks.get(at);
    if (chunk?.delete(sequence) !== true) return;
    this.size--;
    if (chunk.size === 0) this.chunks.delete(at);
  }

  /** Messages in order of sequence number, from `sequence` on. */
  *from(sequence: number): Generator<BrokerMessage> {
    for (const at of this.chunkNumbers(Math.floor(sequence / CHUNK))) {
      for (const message of this.chunks.get(at)?.values() ?? [])
        if (message.sequence >= sequence) yield message;
    }
  }

  /** Chunks are opened in ascending order, so the map's own order serves unless most numbers lie before. */
  private *chunkNumbers(first: number): Generator<number> {
    if (this.highest - first < this.chunks.size) {
      for (let at = Math.max(0, first); at <= this.highest; at++) if (this.chunks.has(at)) yield at;
    } else {
      for (const at of this.chunks.keys()) if (at >= first) yield at;
    }
  }
}
