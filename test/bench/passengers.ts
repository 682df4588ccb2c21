import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";

/** Columns of the file that {@link writePassengers} writes. */
export const PASSENGER_COLUMNS = [
  "PassengerId",
  "Name",
  "Sex",
  "Age",
  "Fare",
  "Ticket",
  "Boarded",
  "Remark",
] as const;

const WORDS = "the cabin was changed at the desk on deck four since it faced north and rain came in".split(
  " ",
);
const FAMILIES = ["Braund", "Cumings", "Heikkinen", "Futrelle", "Allen", "Moran", "McCarthy", "Palsson"];
const GIVEN = [
  "Owen",
  "Florence",
  "Laina",
  "Lily May",
  "William",
  "James",
  "Timothy",
  "Gösta",
  "José",
  "Zoë",
];

/**
 * Writes a CSV of so many passengers, about 110 bytes each, the same for the same count: quoted names with commas, some
 * with quotes; numbers, dates, empty cells, letters with accents, a line break in the remark of one in a thousand.
 */
export async function writePassengers(file: string, count: number): Promise<void> {
  const out = createWriteStream(file, { highWaterMark: 1 << 20 });
  out.write(`${PASSENGER_COLUMNS.join(",")}\n`);
  let seed = 42;
  const below = (limit: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * limit);
  };
  let lines: string[] = [];
  for (let id = 1; id <= count; id++) {
    const female = below(1_000) < 353;
    const nick = below(50) === 0 ? ` ""Nick"" ` : " ";
    const name = `${FAMILIES[below(8)]}, ${female ? "Mrs." : "Mr."}${nick}${GIVEN[below(10)]} ${id}`;
    const age = below(5) === 0 ? "" : String(1 + below(80));
    const fare = (below(5_200) / 10 + 0.25).toFixed(4);
    const boarded = new Date(Date.UTC(1912, 0, 1) + below(100 * 24 * 60) * 60_000).toISOString().slice(0, 16);
    const from = below(WORDS.length - 8);
    const breaks = id % 1_000 === 0 ? "\n" : " ";
    const remark = `"${WORDS.slice(from, from + 4).join(" ")},${breaks}${WORDS.slice(from + 4, from + 8).join(" ")}"`;
    lines.push(
      `${id},"${name}",${female ? "female" : "male"},${age},${fare},A/${below(99_999)},${boarded},${remark}\n`,
    );
    if (lines.length < 5_000) continue;
    if (!out.write(lines.join(""))) await once(out, "drain");
    lines = [];
  }
  out.end(lines.join(""));
  await finished(out);
}
