import type { RuleDefinition } from "../../define/rule.ts";
import { RuleError } from "../../errors/rule-error.ts";
import { pathSegments, pathText } from "../../sync/paths.ts";
import { declaredPath } from "../../privacy/declared-path.ts";

/** Most paths of a schema's faults that are named. */
const MOST_PATHS = 10;

/**
 * What may be told of a rule's failure where no erasure looks: which rule, what kind of fault, and where. Not the words
 * of an error, which can quote any value.
 */
export function ruleFault(error: unknown, rule: RuleDefinition | undefined): string {
  if (!(error instanceof RuleError)) return thrown(error);
  const text = error.message;
  const who = `rule "${error.rule}"`;
  if (!rule) return `${who}: no rule takes its event any more`;
  if (text.startsWith(`${who}: threw `)) return `${who}: ${thrown(error.cause)}`;
  const refusal = /^: answered a document that its schema refuses \((.*)\)$/s.exec(
    text.slice(who.length),
  )?.[1];
  if (refusal !== undefined) {
    const paths = declaredPaths(refusal, rule);
    return `${who}: answered a document that its schema refuses${paths === "" ? "" : ` (${paths})`}`;
  }
  if (text.startsWith(`${who}: answered a document whose schema threw`)) {
    return `${who}: answered a document whose schema ${thrown(error.cause)}`;
  }
  const altered = /^: altered (\S+), but declares/.exec(text.slice(who.length))?.[1];
  if (altered !== undefined) {
    const path = pathText(declaredPath(rule.to.schema, pathSegments(altered)).path);
    return `${who}: altered ${path}, but declares that it does not touch that`;
  }
  if (text.startsWith(`${who}: must answer`)) return text;
  return `${who}: answered what JSON cannot say`;
}

/** What may be told of a mapping's failure; see {@link ruleFault}. */
export function mappingFault(error: unknown): string {
  return `the mapping ${thrown(error instanceof Error && error.cause !== undefined ? error.cause : error)}`;
}

/** The kind of what was thrown, and the line of code that threw it. */
function thrown(cause: unknown): string {
  if (!(cause instanceof Error)) return "threw what is no error";
  const kind = /^\w{1,64}$/.test(cause.name) ? cause.name : "Error";
  const place = placeOf(cause);
  return place === undefined ? `threw ${kind}` : `threw ${kind} at ${place}`;
}

/** File and line of the first frame of a stack; its first lines, which are the message, are passed over. */
function placeOf(error: Error): string | undefined {
  const { stack, message } = error as { readonly stack?: unknown; readonly message?: unknown };
  // What a rule throws may be made up in every part.
  if (typeof stack !== "string" || typeof message !== "string") return undefined;
  const end = stack.indexOf(message) + message.length;
  const frames = stack.indexOf(message) < 0 ? "" : stack.slice(end);
  return /^\s+at .*?([\w.-]{1,100}:\d+:\d+)\)?$/m.exec(frames)?.[1];
}

/** The paths among the faults of a schema, as it has them; what it does not have is left out. */
function declaredPaths(faults: string, { to }: RuleDefinition): string {
  const paths = faults.split("; ").flatMap((fault) => {
    const [path] = /^[^\s:]+(?=: )/.exec(fault) ?? [];
    const found = path === undefined ? undefined : declaredPath(to.schema, path.split("."));
    return found?.declared ? [pathText(found.path)] : [];
  });
  return [...new Set(paths)].slice(0, MOST_PATHS).join(", ");
}
