import type { AttemptContext } from "../../../engine/define/index.ts";
import { exchange, type HttpAnswer, type HttpCall } from "../exchange.ts";
import type { Credentials, RestAuth } from "./auth.ts";

/** An answer, and what must not be kept of it. */
export interface LetIn {
  readonly answer: HttpAnswer;
  readonly secrets: readonly string[];
}

/**
 * Makes a request with credentials, and once more with new ones when it is answered 401 and there may be others.
 * Throws what {@link exchange} and the credentials throw.
 */
export async function letIn(
  call: HttpCall,
  auth: RestAuth | undefined,
  context: AttemptContext,
): Promise<LetIn> {
  if (!auth) return { answer: await exchange(call), secrets: [] };
  const first = await auth.credentials(context);
  const answer = await exchange(withCredentials(call, first));
  if (answer.status !== 401 || !auth.renewed) return { answer, secrets: first.secrets };
  const second = await auth.renewed(first, context);
  return {
    answer: await exchange(withCredentials(call, second)),
    secrets: [...first.secrets, ...second.secrets],
  };
}

function withCredentials(call: HttpCall, { headers, query }: Credentials): HttpCall {
  const url = new URL(call.url);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  return { ...call, url, headers: { ...call.headers, ...headers } };
}
