import { styled } from "./story.ts";

/** A line of the table: what was counted, how many, and a word about it. */
export type Row = readonly [what: string, count: number, note?: string];

/** A part of the table. */
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Sections as one table of three columns, numbers to the right. */
export function tableOf(sections: readonly Section[]): string {
  const rows = sections.flatMap((section) => section.rows);
  const cells = rows.map(([what, count]) => [what.length, numeral(count).length] as const);
  const first = Math.max(...cells.map(([what]) => what), ...sections.map(({ title }) => title.length)) + 2;
  const second = Math.max(...cells.map(([, count]) => count));
  const third = Math.max(0, ...rows.map(([, , note = ""]) => note.length));
  const rule = (left: string, middle: string, right: string): string =>
    styled(
      "dim",
      `  ${left}${[first + 2, second + 2, third + 2].map((n) => "─".repeat(n)).join(middle)}${right}`,
    );
  const bar = styled("dim", "│");
  const line = (what: string, count: string, note: string): string =>
    `  ${bar} ${what} ${bar} ${count.padStart(second)} ${bar} ${styled("dim", note.padEnd(third))} ${bar}`;
  const parts = sections.map(({ title, rows }) =>
    [
      line(styled("bold", title.padEnd(first)), "", ""),
      ...rows.map(([what, count, note = ""]) => line(`  ${what}`.padEnd(first), numeral(count), note)),
    ].join("\n"),
  );
  return [rule("┌", "┬", "┐"), parts.join(`\n${rule("├", "┼", "┤")}\n`), rule("└", "┴", "┘")].join("\n");
}

/** A number as one reads it: `1,204`. */
export function numeral(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 webhook`, `3 webhooks`. */
export function counted(count: number, noun: string): string {
  return `${numeral(count)} ${noun}${count === 1 ? "" : "s"}`;
}
