/** Why an expression has no value for a row: OpenRefine calls it an error, and each operation says what becomes of the cell. */
export interface GrelFault {
  readonly fault: string;
}

/** What an expression can be. Blank cells are null. */
export type GrelValue = null | string | number | boolean | RegExp | readonly GrelValue[] | GrelFault;

/** Whether a value is the reason why there is none. */
export function isFault(value: GrelValue): value is GrelFault {
  return typeof value === "object" && value !== null && "fault" in value;
}

/** Whether a value is null or an empty text. */
export function isBlank(value: GrelValue): boolean {
  return value === null || value === "";
}
