/** The service's limit on the text of one page: 4 MB. */
const maxPageBytes = 4 * 1024 * 1024;

/** The results gathered for one answer, as JSON texts. */
export class Page {
  readonly #texts: string[] = [];
  readonly #size: number;
  #length = 0;

  /** @param size how many results it may hold */
  constructor(size: number) {
    this.#size = size;
  }

  get count(): number {
    return this.#texts.length;
  }

  /** True when nothing more fits. */
  get full(): boolean {
    return this.#texts.length >= this.#size || this.#length >= maxPageBytes;
  }

  /** How many more results fit by number. */
  get room(): number {
    return this.#size - this.#texts.length;
  }

  add(text: string): void {
    this.#texts.push(text);
    this.#length += text.length;
  }

  /** The answer's body. @param rid of the container */
  body(rid: string): string {
    return `{"_rid":"${rid}","Documents":[${this.#texts.join(",")}],"_count":${this.#texts.length}}`;
  }
}
