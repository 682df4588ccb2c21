import { eventually } from "../../flows/kit/patience.ts";
import type { Site } from "../../flows/kit/site.ts";

/** A destination as the API shows it. */
export interface ShownIntegration {
  readonly name: string;
  readonly state: "open" | "paused" | "held" | "unconfigured";
  readonly reason?: string;
  readonly until?: string;
  readonly pending: number;
  readonly deadLetters: number;
}

/** A delivery that waits, as the API shows it. */
export interface ShownPending {
  readonly key: string;
  readonly integration: string;
  readonly first: number;
  readonly last: number;
  readonly reason: string;
}

/** A dead letter as the API shows it. */
export interface ShownDeadLetter {
  readonly id: string;
  readonly origin: "delivery" | "broker";
  readonly integration?: string;
  readonly key: string;
  readonly error: string;
  readonly fault: string;
  readonly attempts: number;
  readonly version?: number;
}

/** A run as the API shows it. */
export interface ShownRun {
  readonly id: string;
  readonly status: string;
  readonly progress: { readonly done: number; readonly total: number | null };
  readonly error?: string;
  readonly result?: Readonly<Record<string, unknown>>;
}

/** What an operator does, through the API alone. Each method throws on another answer than it should get. */
export class Operator {
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
  }

  async integration(name: string): Promise<ShownIntegration> {
    return (await this.#ask("GET", `/api/v1/integrations/${name}`, 200)) as unknown as ShownIntegration;
  }

  async pending(query = ""): Promise<ShownPending[]> {
    return (await this.#list(`/api/v1/pending${query}`)) as ShownPending[];
  }

  async deadLetters(query = ""): Promise<ShownDeadLetter[]> {
    return (await this.#list(`/api/v1/dead-letters${query}`)) as ShownDeadLetter[];
  }

  async parked(): Promise<{ key: string; waiting: number }[]> {
    return (await this.#list("/api/v1/parked")) as { key: string; waiting: number }[];
  }

  async hold(integration: string, reason: string): Promise<void> {
    await this.#ask("POST", `/api/v1/integrations/${integration}/hold`, 200, { reason });
  }

  async release(integration: string): Promise<void> {
    await this.#ask("POST", `/api/v1/integrations/${integration}/release`, 200, {});
  }

  /** Starts long work; its run. */
  async begin(route: string, body: object): Promise<string> {
    return String((await this.#ask("POST", `/api/v1/${route}`, 202, body))["run"]);
  }

  /** Waits until a run has ended. Throws when it does not, or without success. */
  async ended(run: string, patienceMs = 120_000): Promise<ShownRun> {
    const shown = await eventually(async () => {
      const now = (await this.#ask("GET", `/api/v1/runs/${run}`, 200)) as unknown as ShownRun;
      if (["queued", "running", "waiting"].includes(now.status))
        throw new Error(`run ${run} is ${now.status}`);
      return now;
    }, patienceMs);
    if (shown.status !== "succeeded") throw new Error(`run ${run} ended so: ${JSON.stringify(shown)}`);
    return shown;
  }

  /** All pages of a list. */
  async #list(route: string): Promise<unknown[]> {
    const items: unknown[] = [];
    let cursor: unknown;
    do {
      const join = route.includes("?") ? "&" : "?";
      const more = typeof cursor === "string" ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const page = await this.#ask("GET", `${route}${join}limit=1000${more}`, 200);
      items.push(...(page["items"] as unknown[]));
      cursor = page["next"];
    } while (cursor !== null);
    return items;
  }

  async #ask(method: string, route: string, status: number, body?: object): Promise<Record<string, unknown>> {
    const answer = await this.#site.call(method, route, body && JSON.stringify(body));
    if (answer.status === status) return answer.json;
    throw new Error(`${method} ${route} was answered ${answer.status}: ${JSON.stringify(answer.json)}`);
  }
}
