import type { Where } from "./where.ts";

/** How long an answer may take. */
const TIMEOUT_MS = 30_000;

/** A request that was not answered as wished: the message says what the API said. */
export class NotAnswered extends Error {
  override readonly name = "NotAnswered";
  /** Undefined where nobody answered. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

interface Problem {
  readonly detail?: string;
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
}

/** Asks the API of a running Caudal, and answers what it said. Throws a NotAnswered. */
export async function ask<Answer>(
  { url, token }: Where,
  route: string,
  { method = "GET", body }: { readonly method?: string; readonly body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(`${url}/api/v1/${route}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    const { cause, message } = error as Error;
    const why =
      cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message;
    throw new NotAnswered(`${url} does not answer: ${why}`);
  });
  // Whoever stands in front may answer in another form.
  const said = (await response.json().catch(() => ({}))) as Answer & Problem;
  if (response.ok) return said;
  throw new NotAnswered(inWords(said, response.status), response.status);
}

function inWords({ detail, issues = [] }: Problem, status: number): string {
  const lines = issues.map(({ path, message }) => `\n  ${path === "" ? "" : `${path}: `}${message}`);
  return `${detail ?? `answered with status ${status}`}${lines.join("")}`;
}
