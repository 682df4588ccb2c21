import type { Sequence } from "../sequence.ts";

/** Names of sequences of which each comes after the next one, and the last after the first. */
export function followCycles(sequences: readonly Pick<Sequence, "name" | "plan">[]): string[][] {
  const after = new Map(sequences.map(({ name, plan }) => [name, plan.after]));
  const done = new Set<string>();
  const cycles: string[][] = [];
  for (const { name } of sequences) {
    const chain: string[] = [];
    let at: string | undefined = name;
    while (at !== undefined && !done.has(at)) {
      done.add(at);
      chain.push(at);
      at = after.get(at);
    }
    const start = at === undefined ? -1 : chain.indexOf(at);
    if (start !== -1) cycles.push(chain.slice(start));
  }
  return cycles;
}
