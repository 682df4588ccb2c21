/** Caudal's HTTP API as an operator uses it. */
export interface Operator {
  /** Asks; answers with the status and the JSON, whatever they are. Throws when no answer comes within 20 seconds. */
  ask(method: "GET" | "POST", path: string): Promise<OperatorAnswer>;
}

/** What the API answered. */
export interface OperatorAnswer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
  header(name: string): string | null;
}

/** How long one request may take, in milliseconds. */
const PATIENCE_MS = 20_000;

/** The API at `base`, with an operator's token. */
export function operatorOf(base: string, token: string, signal: AbortSignal): Operator {
  return {
    async ask(method, path) {
      let response: Response;
      let text: string;
      try {
        response = await fetch(new URL(path, base), {
          method,
          headers: { authorization: `Bearer ${token}` },
          signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
        });
        text = await response.text();
      } catch (error) {
        throw new Error(`${method} ${path} was not answered`, { cause: error });
      }
      const json = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
      return { status: response.status, json, header: (name) => response.headers.get(name) };
    },
  };
}
