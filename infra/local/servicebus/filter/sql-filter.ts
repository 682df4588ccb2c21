import type { Expression } from "./expression.ts";
import type { MessageView } from "./message-view.ts";
import { parseFilter } from "./parser.ts";

/** Whether a message passes. */
export type Filter = (message: MessageView) => boolean;

const parsed = new Map<string, Expression>();
/** Filters kept parsed; beyond that the oldest is parsed again when it comes back. */
const MOST_PARSED = 2000;

/**
 * The filter an SQL expression stands for; unknown does not pass. Parsed once per text.
 * Throws FilterSyntaxError. Source: learn.microsoft.com/azure/service-bus-messaging/service-bus-messaging-sql-filter
 */
export function sqlFilter(text: string): Filter {
  let expression = parsed.get(text);
  if (expression === undefined) {
    expression = parseFilter(text);
    if (parsed.size >= MOST_PARSED) parsed.delete(parsed.keys().next().value!);
    parsed.set(text, expression);
  }
  const test = expression;
  return (message) => test(message) === true;
}
