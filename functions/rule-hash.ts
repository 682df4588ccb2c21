import { createHash } from "node:crypto";
import type { RuleDefinition } from "../engine/define/index.ts";

/** Hash of each rule's bundled module graph, by rule name; the build puts it here. */
declare const RULE_HASHES: Readonly<Record<string, string>> | undefined;

/**
 * SHA-256 of a rule as built: it changes when the rule or anything that it imports of ours does. Run from source
 * (in tests), of the rule's own text, marked `source:`.
 */
export function ruleHash(rule: RuleDefinition): string {
  const built = typeof RULE_HASHES === "undefined" ? undefined : RULE_HASHES[rule.name];
  return built ?? `source:${createHash("sha256").update(rule.apply.toString()).digest("hex")}`;
}
