import { isErased } from "../audit/erased.ts";
import type { AuditRecord } from "../audit/record.ts";
import type { DocumentDefinition } from "../define/document.ts";
import type { RuleDefinition } from "../define/rule.ts";
import { applyRule } from "../sync/apply-rule.ts";
import { isControl } from "../sync/control.ts";
import { pathSegments, pathText, sameValue, valueAt } from "../sync/paths.ts";
import type { Assertion } from "../sync/resolve.ts";

/** What is known beside the record. */
export interface Known {
  /** The document before the record. */
  readonly current: unknown;
  readonly document: Pick<DocumentDefinition, "since">;
  /** The rule that takes such events now. */
  readonly rule: RuleDefinition | undefined;
  /** Whether it is the one that decided, as it was built then. */
  readonly asBuilt: boolean;
}

const REMOVAL: Assertion = { at: [], value: undefined };

/**
 * What the event of a record said. Rules are pure, so the rule as built then says it once more, with all that a record
 * does not list: values that stood already, and removals that met nothing. Where the rule was built anew since, it is
 * what the record lists as changed and refused, and of what the rule of today says the values that stood already.
 * Where the event was erased, it is what is left of that list.
 */
export function assertedBy(record: AuditRecord, known: Known): readonly Assertion[] {
  // Skipped by its rule, an operator or an erasure: of what loses, a record says that it was refused.
  const isSkipped = record.outcome === "skipped" && record.refused === undefined;
  if (isControl(record.event) || isSkipped) return [];
  const { current, rule, asBuilt, document } = known;
  const isWhole = record.personal.salt !== undefined;
  const said = isWhole && rule ? asked(record, rule, current) : undefined;
  if (said && asBuilt) return said;
  return [...listed(record, document), ...confirmed(said ?? [], record, current)];
}

function asked(
  record: AuditRecord,
  rule: RuleDefinition,
  current: unknown,
): readonly Assertion[] | undefined {
  try {
    const answer = applyRule(rule, current, record.event);
    if (answer.kind === "skip") return [];
    return answer.kind === "remove" ? [REMOVAL] : answer.assertions;
  } catch {
    // As it was built then it did not throw. Whatever it does now, the record stands.
    return undefined;
  }
}

function listed(record: AuditRecord, { since }: Known["document"]): readonly Assertion[] {
  // Of all outcomes this one alone has its reason from a rule that removed the entity.
  if (record.outcome === "removed" && record.reason !== undefined) return [REMOVAL];
  const lists = { changes: record.changes, refused: record.refused ?? [] };
  return Object.entries(lists).flatMap(([name, entries]) =>
    entries.flatMap(({ path, new: value }, index): Assertion[] =>
      path in since || isErased(record, `/${name}/${index}/new`) ? [] : [{ at: pathSegments(path), value }],
    ),
  );
}

/** What stood already. Of removals that met nothing, a rule that is another may not have spoken then. */
function confirmed(
  said: readonly Assertion[],
  { changes, refused = [] }: AuditRecord,
  current: unknown,
): readonly Assertion[] {
  const paths = new Set([...changes, ...refused].map(({ path }) => path));
  return said.filter(
    ({ at, value }) =>
      value !== undefined && !paths.has(pathText(at)) && sameValue(valueAt(current, at), value),
  );
}
