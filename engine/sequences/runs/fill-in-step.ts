import { fillIn } from "../parameters.ts";
import type { SequenceStep } from "../sequence.ts";

/** A step with the parameters filled in: in its paths, its arguments, and each text of its configuration. */
export function fillInStep(step: SequenceStep, parameters: Readonly<Record<string, string>>): SequenceStep {
  const fill = (text: string): string => fillIn(text, parameters);
  const { input, output, conf, args } = step;
  return {
    ...step,
    input: fill(input),
    output: fill(output),
    conf: typeof conf === "string" ? fill(conf) : filledRecord(conf, fill),
    args: args.map(fill),
  };
}

function filledRecord(
  record: Readonly<Record<string, unknown>>,
  fill: (text: string) => string,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, filled(value, fill)]));
}

function filled(value: unknown, fill: (text: string) => string): unknown {
  if (typeof value === "string") return fill(value);
  if (Array.isArray(value)) return value.map((each: unknown) => filled(each, fill));
  if (typeof value === "object" && value !== null) return filledRecord({ ...value }, fill);
  return value;
}
