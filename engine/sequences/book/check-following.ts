import { nearestNames } from "../../datasets/query/nearest.ts";
import type { Issue } from "../../sync/quarantine.ts";
import type { SequenceBook } from "../book.ts";
import type { Sequence } from "../sequence.ts";
import type { Given } from "./check-sequence.ts";
import { FaultyFileError } from "./faulty-file-error.ts";

/** What is wrong with the sequence that this one follows: nobody knows it, it is faulty, or it follows this one. */
export async function checkFollowing(
  { name, plan: { after } }: Given,
  book: Pick<SequenceBook, "find" | "list">,
): Promise<Issue[]> {
  if (after === undefined) return [];
  const chain = [name];
  for (let next: string | undefined = after; next !== undefined;) {
    chain.push(next);
    if (next === name) return [{ path: "after", message: `comes back to it: ${chain.join(" after ")}` }];
    // One that is behind a cycle of others.
    if (chain.indexOf(next) < chain.length - 1) return [];
    const known = await found(next, book);
    if ("fault" in known) return next === after ? [{ path: "after", message: known.fault }] : [];
    next = known.plan.after;
  }
  return [];
}

async function found(
  name: string,
  book: Pick<SequenceBook, "find" | "list">,
): Promise<Sequence | { readonly fault: string }> {
  try {
    const sequence = await book.find(name);
    if (sequence) return sequence;
  } catch (error) {
    if (!(error instanceof FaultyFileError)) throw error;
    return { fault: `names a sequence that is faulty: ${error.message}` };
  }
  const near = nearestNames(
    name,
    (await book.list()).map((sequence) => sequence.name),
  );
  const meant = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  return { fault: `names no sequence: ${name}${meant}` };
}
