import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Text in a style where the terminal shows styles (and `NO_COLOR` is not set), else as it is. */
export function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Where the outcome of an event stands, counted from its text. */
const OUTCOME_COLUMN = 72;

/** Tells the demo on stdout: lines that stay, and on a terminal one line of progress that is written over. */
export class Story {
  #progress = "";
  readonly #live: boolean = process.stdout.isTTY;

  /** A heading, with an empty line before it. */
  chapter(title: string): void {
    this.#write(`\n${styled("bold", title)}`);
  }

  /** Something that happened at a time of the day, what came of it, and on a line of its own why. */
  event(clock: string, text: string, outcome: string, why = ""): void {
    const dots = styled("dim", ".".repeat(Math.max(2, OUTCOME_COLUMN - text.length)));
    this.#write(`  ${styled("cyan", clock)}  ${text} ${dots} ${outcome}`);
    if (why !== "") this.#write(`         ${styled("yellow", `↳ ${why}`)}`);
  }

  /** A remark of the narrator. */
  note(text: string): void {
    this.#write(`  ${styled("dim", text)}`);
  }

  /** Something that holds. */
  good(text: string): void {
    this.#write(`  ${styled("green", "✓")} ${text}`);
  }

  /** Something that does not. */
  bad(text: string): void {
    this.#write(`  ${styled("red", "✗")} ${text}`);
  }

  /** Text as it is. */
  plain(text: string): void {
    this.#write(text);
  }

  /** How far something is; shown on a terminal only, until the next line. */
  progress(text: string): void {
    if (!this.#live || text === this.#progress) return;
    this.#progress = text;
    const width = (process.stdout.columns || 80) - 4;
    process.stdout.write(`\r\u001B[2K  ${styled("dim", text.slice(0, Math.max(width, 10)))}`);
  }

  /** Takes the line of progress away. */
  clear(): void {
    if (this.#progress !== "") process.stdout.write("\r\u001B[2K");
    this.#progress = "";
  }

  #write(text: string): void {
    this.clear();
    process.stdout.write(`${text}\n`);
  }
}
