import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { signalled } from "../signalled.ts";

/** The files of a step. */
interface Files {
  readonly input: string;
  readonly output: string;
}

/**
 * Does what leads from one file to another. Rejects with a PermanentError where the step lacks one of them, and with the
 * signal's reason where an abort ended the work.
 */
export async function betweenFiles<T>(
  step: { readonly [file in keyof Files]: string | undefined } & { readonly signal: AbortSignal },
  work: (files: Files) => Promise<T>,
): Promise<T> {
  const { input, output, signal } = step;
  if (input === undefined) throw new PermanentError("the step names no input");
  if (output === undefined) throw new PermanentError("the step names no output");
  return signalled(signal, () => work({ input, output }));
}
