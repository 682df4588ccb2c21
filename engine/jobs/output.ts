import { OUTPUT_KEPT } from "./runner.ts";

const HALF = OUTPUT_KEPT / 2;

/** Keeps the head and the tail of what a job prints, however much that is. */
export class Output {
  readonly #head = Buffer.alloc(HALF);
  #headBytes = 0;
  #tail = Buffer.alloc(0);
  /** Bytes taken in so far. */
  bytes = 0;

  take(chunk: Buffer): void {
    this.bytes += chunk.length;
    const forHead = Math.min(chunk.length, HALF - this.#headBytes);
    chunk.copy(this.#head, this.#headBytes, 0, forHead);
    this.#headBytes += forHead;
    const rest = chunk.subarray(forHead);
    if (rest.length >= HALF) this.#tail = Buffer.from(rest.subarray(-HALF));
    else if (rest.length > 0) this.#tail = Buffer.concat([this.#tail, rest]).subarray(-HALF);
  }

  /** As text: bytes that are no UTF-8 replaced, and a line for what was left out between two whole characters. */
  text(): string {
    return this.#text((end) => end);
  }

  /** As text, while more may come: without the beginning of a character whose rest is not there yet. */
  soFar(): string {
    return this.#text((end) => end.subarray(0, wholeCharacters(end)));
  }

  #text(ended: (end: Buffer) => Buffer): string {
    const head = this.#head.subarray(0, this.#headBytes);
    if (this.bytes <= OUTPUT_KEPT) return ended(Buffer.concat([head, this.#tail])).toString();
    const first = head.subarray(0, wholeCharacters(head));
    const last = this.#tail.subarray(beginOfCharacter(this.#tail));
    const leftOut = this.bytes - first.length - last.length;
    return `${first.toString()}\n[${leftOut} bytes left out]\n${ended(last).toString()}`;
  }
}

/** How many bytes are left without a character at the end that was cut. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (isContinuation(byte)) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Where the first character begins that was not cut. */
function beginOfCharacter(bytes: Buffer): number {
  const at = bytes.subarray(0, 4).findIndex((byte) => !isContinuation(byte));
  return Math.max(at, 0);
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
