import { InvalidSettingError } from "../engine/errors/invalid-setting-error.ts";
import { MissingSettingError } from "../engine/errors/missing-setting-error.ts";
import { PermanentError } from "../engine/errors/permanent-error.ts";

/** Does what reads settings; a fault of theirs becomes a PermanentError: no other attempt at a step would mend it. */
export function blamingSettings<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw permanently(error);
  }
}

/** An error as the step's: that of a setting as a PermanentError. */
export function permanently(error: unknown): unknown {
  const isSetting = error instanceof MissingSettingError || error instanceof InvalidSettingError;
  return isSetting ? new PermanentError(error.message, { cause: error }) : error;
}
