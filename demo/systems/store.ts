import { type Answered, type Asked, serve, type Served } from "./serve.ts";
import type { StoreRecord } from "../day/script.ts";

/** The shop's online store: `GET /customers?updatedSince&page&pageSize`. */
export class OnlineStore {
  /** By customer; `written` is when the store's own database took it, as real time goes. */
  readonly #rows = new Map<string, { record: StoreRecord; written: number }>();
  readonly #server: Served;

  private constructor(server: Served) {
    this.#server = server;
  }

  /** Opens it on a free port. */
  static async open(): Promise<OnlineStore> {
    let store: OnlineStore | undefined;
    const server = await serve((asked) => store?.answer(asked) ?? { status: 503 });
    store = new OnlineStore(server);
    return store;
  }

  get url(): string {
    return this.#server.url;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** The store's nightly sums: what it knows of these customers is now this. */
  write(records: readonly StoreRecord[]): void {
    for (const record of records) {
      this.#rows.set(`${record.documentType}-${record.documentNumber}`, { record, written: Date.now() });
    }
  }

  /**
   * Like many stores, this one finds by the time at which a row was written, and shows the time at which its owner
   * last bought: the played day lies behind the clock by which a pull asks.
   */
  answer({ method, url }: Asked): Answered {
    if (method !== "GET" || url.pathname !== "/customers")
      return { status: 404, json: { error: "not found" } };
    const since = Date.parse(url.searchParams.get("updatedSince") ?? "");
    const page = Number(url.searchParams.get("page"));
    const pageSize = Number(url.searchParams.get("pageSize"));
    if (Number.isNaN(since) || !(page >= 1) || !(pageSize >= 1 && pageSize <= 500)) {
      return { status: 400, json: { error: "updatedSince, page and pageSize (1 to 500) are needed" } };
    }
    const found = [...this.#rows.values()].filter(({ written }) => written >= since);
    const start = (page - 1) * pageSize;
    const items = found.slice(start, start + pageSize).map(({ record }) => record);
    return { status: 200, json: { items, nextPage: start + pageSize < found.length ? page + 1 : null } };
  }
}
