/** What is wrong with a question, and where: the name of a parameter. */
export interface QueryIssue {
  readonly path: string;
  readonly message: string;
}

/** A question that a dataset cannot be asked: every fault that was found in it. */
export class BadQueryError extends Error {
  override readonly name = "BadQueryError";
  readonly issues: readonly QueryIssue[];

  constructor(issues: readonly QueryIssue[]) {
    super(issues.map(({ path, message }) => `${path}: ${message}`).join("; "));
    this.issues = issues;
  }
}
