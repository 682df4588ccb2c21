import type { RuleConfig } from "../config.ts";

/** The members of a correlation filter, as Config.json writes them. */
export type Correlation = NonNullable<RuleConfig["Properties"]["CorrelationFilter"]>;

/** A rule of a subscription, as it is kept: its filter is an SQL expression or a correlation. */
export type Rule =
  | { readonly name: string; readonly sql: string }
  | { readonly name: string; readonly correlation: Correlation };

/** The rule a subscription without rules has: it passes everything. */
export const DEFAULT_RULE: Rule = { name: "$Default", sql: "1=1" };
