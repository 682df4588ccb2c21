import { type Answered, type Asked, serve, type Served } from "./serve.ts";

/** A contact as the marketing system keeps it. */
export interface MarketingContact {
  readonly fullName: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly consent: { readonly marketing: boolean | null; readonly since: string | null };
}

/** Requests that it answers 503, counted from 1; those with seconds ask the caller to wait so long. */
const BAD_MOMENTS: ReadonlyMap<number, { readonly retryAfterS?: number }> = new Map([
  [7, {}],
  [8, {}],
  [21, { retryAfterS: 1 }],
  [40, {}],
  [90, { retryAfterS: 1 }],
  [91, {}],
  [200, {}],
  [201, { retryAfterS: 1 }],
]);

/** The shop's marketing system: `PUT` and `DELETE /contacts/{id}`. It has bad moments, and a good memory. */
export class Marketing {
  readonly contacts = new Map<string, MarketingContact>();
  /** What it was asked and should not have been. */
  readonly faults: string[] = [];
  /** How many requests it took, and how many of those it answered 503. */
  readonly counts = { requests: 0, unavailable: 0 };
  readonly #versions = new Map<string, number>();
  readonly #answers = new Map<string, Answered>();
  readonly #token: string;
  readonly #server: Served;

  private constructor(server: Served, token: string) {
    this.#server = server;
    this.#token = token;
  }

  /** Opens it on a free port; callers must show `token`. */
  static async open(token: string): Promise<Marketing> {
    let marketing: Marketing | undefined;
    const server = await serve((asked) => marketing?.answer(asked) ?? { status: 503 });
    marketing = new Marketing(server, token);
    return marketing;
  }

  get url(): string {
    return this.#server.url;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  answer(asked: Asked): Answered {
    const { method, url } = asked;
    const id = decodeURIComponent(/^\/contacts\/([^/]+)$/.exec(url.pathname)?.[1] ?? "");
    const [, key = "", version = ""] =
      /^(.+?):(\d+)(?::[\w-]+)?$/.exec(asked.header("idempotency-key") ?? "") ?? [];
    if (asked.header("authorization") !== `Bearer ${this.#token}`)
      return this.#refuse(401, asked, "without its token");
    if (id === "" || (method !== "PUT" && method !== "DELETE"))
      return this.#refuse(404, asked, "which it does not have");
    if (!key.endsWith(`|${id}`))
      return this.#refuse(400, asked, "without an Idempotency-Key of that contact");

    this.counts.requests += 1;
    const bad = BAD_MOMENTS.get(this.counts.requests);
    if (bad) {
      this.counts.unavailable += 1;
      const headers = bad.retryAfterS === undefined ? {} : { "retry-after": String(bad.retryAfterS) };
      return { status: 503, headers, json: { error: "one moment please" } };
    }
    const before = this.#answers.get(`${key}:${version}`);
    if (before) return before;
    const standing = this.#versions.get(id) ?? 0;
    if (Number(version) < standing) {
      return this.#refuse(409, asked, `at version ${version}, but it has version ${standing} already`);
    }
    this.#versions.set(id, Number(version));
    const answer = method === "PUT" ? this.#put(id, asked.body) : this.#delete(id);
    this.#answers.set(`${key}:${version}`, answer);
    return answer;
  }

  #put(id: string, body: string): Answered {
    const status = this.contacts.has(id) ? 200 : 201;
    this.contacts.set(id, JSON.parse(body) as MarketingContact);
    return { status, json: { id } };
  }

  #delete(id: string): Answered {
    return this.contacts.delete(id) ? { status: 204 } : { status: 404, json: { error: "no such contact" } };
  }

  #refuse(status: number, { method, url }: Asked, why: string): Answered {
    this.faults.push(`${method} ${url.pathname} ${why}`);
    return { status, json: { error: why } };
  }
}
