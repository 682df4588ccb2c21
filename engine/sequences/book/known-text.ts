import { fillIn } from "../parameters.ts";
import type { SequencePlan } from "../sequence.ts";

const PLACEHOLDER = /\$\{[a-z][a-z0-9_]{0,63}\}/g;

/** A text of a sequence as far as it is known before a run: defaults are filled in. */
export interface KnownText {
  readonly text: string;
  /** Parameters stand in it that only a run gives. */
  readonly open: boolean;
  /** One of them begins it, so that not even its scheme is known. */
  readonly opening: boolean;
}

/** What a text comes to with the defaults of a sequence's parameters. */
export function knownText(text: string, { parameters }: Pick<SequencePlan, "parameters">): KnownText {
  const filled = fillIn(text, defaultsOf({ parameters }));
  // What is escaped is no parameter, and looks like one once it is filled in.
  const left = text.replaceAll(/\$\$\{/g, "").match(PLACEHOLDER) ?? [];
  const open = left.some((each) => fillIn(each, defaultsOf({ parameters })) === each);
  return { text: filled, open, opening: open && filled.startsWith("${") };
}

/** The parameters that have a default. */
export function defaultsOf({ parameters }: Pick<SequencePlan, "parameters">): Record<string, string> {
  const known = Object.entries(parameters).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  return Object.fromEntries(known);
}

/** A text with something in place of each parameter that is left in it, so that its form can be looked at. */
export function withSamples(text: string): string {
  return text.replaceAll(PLACEHOLDER, "sample");
}
