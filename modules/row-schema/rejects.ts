/** So many rows are named in the log. */
const NAMED = 20;

/** Longest reason that is told, in characters. */
const LONGEST = 400;

/** Rows that do not fit. */
export interface Rejects {
  add(line: number, reason: string): void;
  readonly count: number;
  /** The first of them; empty where there is none. */
  readonly first: string;
  /** Says in the log how many were not named. */
  end(): void;
}

/** Counts them, and names the first 20 in the log. */
export function rejects(log: (line: string) => void): Rejects {
  let [count, first] = [0, ""];
  return {
    add(line, reason) {
      count += 1;
      if (count > NAMED) return;
      const text = reason.length > LONGEST ? `${reason.slice(0, LONGEST)}…` : reason;
      const named = `line ${line}${text.startsWith("column ") ? "," : ""} ${text}`;
      if (count === 1) first = named;
      log(named);
    },
    get count() {
      return count;
    },
    get first() {
      return first;
    },
    end() {
      if (count > NAMED) log(`and ${count - NAMED} more that do not fit`);
    },
  };
}
