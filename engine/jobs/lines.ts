const NEWLINE = 0x0a;

/** Puts lines together from a stream's chunks, and has one line of a bounded length in memory: a longer one is left out. */
export class Lines {
  readonly #most: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  /** `most`: bytes that a line may have. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The lines that end in this chunk, without their ends. */
  take(chunk: Buffer): string[] {
    const lines: string[] = [];
    let begin = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, begin)) {
      this.#add(chunk.subarray(begin, end));
      if (this.#bytes <= this.#most) lines.push(Buffer.concat(this.#parts).toString());
      this.#parts = [];
      this.#bytes = 0;
      begin = end + 1;
    }
    this.#add(chunk.subarray(begin));
    return lines;
  }

  #add(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#most) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }
}
