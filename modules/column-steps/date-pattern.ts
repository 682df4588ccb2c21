import { z } from "zod";

/** What stands for digits in a pattern. */
const PARTS = ["YYYY", "MM", "DD", "HH", "mm", "ss"] as const;
type Part = (typeof PARTS)[number];

/** How dates are written. */
export interface DatePattern {
  /** The parts that it has. */
  readonly parts: readonly Part[];
  /** The parts, and what stands between them, in order. */
  readonly pieces: readonly string[];
}

/** A pattern of dates: `DD/MM/YYYY HH:mm`. Letters that are no part are refused, but for T and Z. */
export const datePattern = z
  .string()
  .max(100)
  .transform((text, context): DatePattern => {
    const pieces: readonly string[] = text.match(/YYYY|MM|DD|HH|mm|ss|[^]/g) ?? [];
    const parts = PARTS.filter((part) => pieces.includes(part));
    const stray = pieces.find((piece) => /^[A-Za-z]$/.test(piece) && piece !== "T" && piece !== "Z");
    const twice = parts.find((part) => pieces.indexOf(part) !== pieces.lastIndexOf(part));
    const lacks = PARTS.slice(0, 3).find((part) => !parts.includes(part));
    const fault =
      stray !== undefined
        ? `has "${stray}", which stands for nothing: write ${PARTS.join(", ")}`
        : twice !== undefined
          ? `has ${twice} twice`
          : lacks !== undefined && `lacks ${lacks}`;
    if (fault) context.addIssue({ code: "custom", message: fault, input: text });
    return { parts, pieces };
  });

/** A date written in another way; undefined for a text that is no date as the first pattern has it. */
export function rewrittenDate(text: string, from: DatePattern, to: DatePattern): string | undefined {
  const digits = new Map<string, string>();
  let at = 0;
  for (const piece of from.pieces) {
    const found = text.slice(at, at + piece.length);
    at += piece.length;
    if (!isPart(piece)) {
      if (found !== piece) return undefined;
    } else if (found.length < piece.length || !/^\d+$/.test(found)) return undefined;
    else digits.set(piece, found);
  }
  if (at !== text.length || !isReal(digits)) return undefined;
  return to.pieces.map((piece) => (isPart(piece) ? digits.get(piece) : piece)).join("");
}

function isPart(piece: string): piece is Part {
  return PARTS.some((part) => part === piece);
}

/** Whether the calendar has the day, and the day the time. */
function isReal(digits: ReadonlyMap<string, string>): boolean {
  const [year, month, day, hour, minute, second] = PARTS.map((part) => Number(digits.get(part) ?? "0"));
  if (hour! > 23 || minute! > 59 || second! > 59 || year === 0) return false;
  // A day that the month has not is one of another month.
  const date = new Date(0);
  date.setUTCFullYear(year!, month! - 1, day);
  return date.getUTCMonth() === month! - 1;
}
