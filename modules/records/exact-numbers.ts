/**
 * Numbers as their file writes them: what ES2026 adds to JSON, which the compiler's library does not describe yet.
 * @see https://tc39.es/proposal-json-parse-with-source/
 */
interface SourceJson {
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
}

const SOURCE = JSON as unknown as SourceJson;

/** JSON whose numbers keep each digit, at whatever depth: JSON.stringify writes them as they were. */
export function exactly(text: string): unknown {
  return SOURCE.parse(text, (_name, value, { source }) =>
    typeof value === "number" && source !== undefined ? SOURCE.rawJSON(source) : value,
  );
}

/** The digits of a number that {@link exactly} read; undefined for every other value. */
export function digitsOf(value: unknown): string | undefined {
  return SOURCE.isRawJSON(value) ? JSON.stringify(value) : undefined;
}
