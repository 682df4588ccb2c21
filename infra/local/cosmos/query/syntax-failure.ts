import { Failure } from "../failure.ts";

/**
 * A query that cannot be read or run: 400, naming the place in the text as line and column and, in the
 * service's own form, as a range of characters.
 */
export class SyntaxFailure extends Failure {
  constructor(query: string, at: number, reason: string) {
    const before = query.slice(0, at);
    const line = before.split("\n").length;
    const column = at - before.lastIndexOf("\n");
    const near = query.slice(at, at + 20);
    const place = near === "" ? "at its end" : `near '${near}'`;
    const detail = {
      errors: [
        {
          severity: "Error",
          location: { start: at, end: Math.min(at + 1, query.length) },
          code: "SC1001",
          message: reason,
        },
      ],
    };
    super(
      400,
      `Syntax error in query at line ${line}, column ${column}, ${place}: ${reason} ${JSON.stringify(detail)}`,
    );
    this.name = "SyntaxFailure";
  }
}
