/** A rule failed for good on an event: it threw, or its answer is no valid document. The entity is parked. */
export class RuleError extends Error {
  override readonly name = "RuleError";
  readonly rule: string;

  constructor(rule: string, message: string, options?: ErrorOptions) {
    super(`rule "${rule}": ${message}`, options);
    this.rule = rule;
  }
}
