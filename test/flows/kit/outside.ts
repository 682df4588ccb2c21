import { serve, type Served } from "../../../demo/systems/serve.ts";

/** A contact at the marketing system, and how it got there. */
export interface Contact {
  readonly version: number;
  readonly body: unknown;
}

/** The marketing system of the tests: keeps what it is told, and notes whoever tells it something older. */
export class Marketing {
  readonly contacts = new Map<string, Contact>();
  readonly removed = new Map<string, number>();
  /** Requests that would have taken a contact back to an older version. */
  readonly backwards: string[] = [];
  requests = 0;
  /** Answers the next requests with these statuses. */
  readonly moods: number[] = [];
  #server: Served | undefined;

  async open(): Promise<string> {
    this.#server = await serve((asked) => {
      const { method, url, body } = asked;
      this.requests += 1;
      const mood = this.moods.shift();
      if (mood !== undefined) return { status: mood };
      if (asked.header("authorization") !== "Bearer marketing-token") return { status: 401 };
      const id = decodeURIComponent(url.pathname.split("/")[2] ?? "");
      const version = Number(/:(\d+)(?::[\w-]+)?$/.exec(asked.header("idempotency-key") ?? "")?.[1]);
      const standing = this.contacts.get(id)?.version ?? this.removed.get(id) ?? 0;
      if (version < standing) this.backwards.push(`${id}: ${version} after ${standing}`);
      if (method === "DELETE") {
        this.contacts.delete(id);
        this.removed.set(id, version);
        return { status: 204 };
      }
      this.contacts.set(id, { version, body: JSON.parse(body) as unknown });
      return { status: 200, json: { ok: true } };
    });
    return this.#server.url;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}

/** The store of the tests: pages of records, and a log of what it was asked. */
export class Store {
  records: object[] = [];
  pageSize = 100;
  readonly asked: { since: string; page: number }[] = [];
  #server: Served | undefined;

  async open(): Promise<string> {
    this.#server = await serve(({ url }) => {
      const since = url.searchParams.get("updatedSince") ?? "";
      const page = Number(url.searchParams.get("page"));
      this.asked.push({ since, page });
      const found = this.records.filter((record) => (record as { updatedAt: string }).updatedAt >= since);
      const items = found.slice((page - 1) * this.pageSize, page * this.pageSize);
      return {
        status: 200,
        json: { items, nextPage: page * this.pageSize < found.length ? page + 1 : null },
      };
    });
    return this.#server.url;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}
