import type { Sample, Tally } from "../../engine/audit/rehearse/tally.ts";

/** What a rehearsal came to, for people. */
export function summaryOf(tally: Tally): string {
  const { entities, events, rerun, erased, undone, unreadable = 0, more = 0 } = tally;
  const lines = [
    `${counted(events, "record")} of ${counted(entities, "entity", "entities")} in scope, ${rerun} run again` +
      (erased > 0 ? `, ${erased} not, because of an erasure` : ""),
    ...(undone > 0
      ? [
          `${counted(undone, "undo")} applied as recorded: what the rules would make of ${undone === 1 ? "it" : "them"} is not told`,
        ]
      : []),
    ...(unreadable > 0
      ? [
          `${counted(unreadable, "entity", "entities")} left out: a large record of ${unreadable === 1 ? "it" : "theirs"} could not be read (see --blob)`,
        ]
      : []),
    "",
    verdictOf(tally),
    ...table("fields", tally.fields),
    ...(more > 0 ? [`  … and ${counted(more, "difference")} in other fields`] : []),
    ...table("deliveries", tally.deliveries),
    ...table("of these refused, because the mapping fails", tally.failing ?? {}),
    ...(tally.samples.length > 0 ? ["", "samples", ...tally.samples.flatMap(sampleLines)] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function verdictOf({ events, documents, parked }: Tally): string {
  if (events === 0) return "Nothing was run again.";
  const would = [
    ...(documents > 0 ? [`${counted(documents, "document")} would differ`] : []),
    ...(parked > 0 ? [`${counted(parked, "entity", "entities")} would be parked`] : []),
  ];
  return would.length > 0 ? `${would.join("; ")}.` : "Nothing would differ.";
}

function table(title: string, counts: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(counts).toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.length === 0 ? [] : ["", title, ...rows.map(([name, n]) => `  ${name.padEnd(width)}  ${n}`)];
}

function sampleLines({ key, changes, more = 0, deliveries, failing = {}, parked }: Sample): string[] {
  return [
    `  ${key}`,
    ...changes.map(({ path, now, then }) => `    ${path}: ${valueText(now)} → ${valueText(then)}`),
    ...(more > 0 ? [`    … and ${more} more`] : []),
    ...(deliveries.length > 0 ? [`    delivered otherwise: ${deliveries.join(", ")}`] : []),
    ...Object.entries(failing).map(([integration, fault]) => `    ${integration} would be refused: ${fault}`),
    ...(parked ? [`    would be parked at ${parked.eventId}: ${parked.reason}`] : []),
  ];
}

function valueText(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/** A number of things, in words. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
