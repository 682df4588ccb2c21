import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Door, OAuthDoor, TOKEN_PATH } from "./door.ts";
import { type Answer, Memory } from "./memory.ts";
import type { Mood } from "./moods.ts";

/** A request that reached a system (those for tokens are not among them). */
export interface Seen {
  /** When its head was read: milliseconds since 1970. */
  readonly at: number;
  readonly method: string;
  readonly id: string;
  /** Its `idempotency-key`. */
  readonly key: string;
  /** What it says; undefined until it was read. */
  body?: unknown;
  /** Whether it met a mood; else it was let in, or turned away at the door. */
  outcome: "mood" | "let in" | "turned away";
}

/** A REST system with a memory: `PUT` and `DELETE /clients/{id}`. It is well, until a test puts it in a mood. */
export class RestSystem<Of extends Door = Door> {
  readonly memory = new Memory();
  readonly seen: Seen[] = [];
  readonly door: Of;
  /** Its mood for a request, if any; it is well where this answers undefined. */
  mood: (seen: Seen) => Mood | undefined = () => undefined;
  /** Told of every change that it answers, as soon as that was answered. */
  onApplied: (id: string, body: unknown) => void = () => {};
  #server: Server | undefined;
  #port = 0;

  constructor(door: Of) {
    this.door = door;
  }

  /** Its address, once it listens. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens (again), at the same port. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      this.#respond(request, response).catch(() => response.destroy());
    });
    // Longer than anybody here waits: a connection that goes just when it is used is a mood of its own.
    server.keepAliveTimeout = 120_000;
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Refuses connections, and hangs up on those that are there. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** Meets the first request with each idempotency key with a mood; it is well when the request comes again. */
  meetFirst(mood: Mood, of: (seen: Seen) => boolean = () => true): void {
    const met = new Set(this.seen.map(({ key }) => key));
    this.mood = (seen) => {
      if (met.has(seen.key) || !of(seen)) return undefined;
      met.add(seen.key);
      return mood;
    };
  }

  /** Meets every request with a mood, until it recovers. */
  meetAll(mood: Mood, of: (seen: Seen) => boolean = () => true): void {
    this.mood = (seen) => (of(seen) ? mood : undefined);
  }

  /** It is well again. */
  recover(): void {
    this.mood = () => undefined;
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const send = ({ status, json }: Answer, headers: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(json === undefined ? undefined : JSON.stringify(json));
    };
    const path = request.url ?? "/";
    const { door } = this;
    if (path === TOKEN_PATH && door instanceof OAuthDoor)
      return send(door.issue(request, await text(request)));

    const id = decodeURIComponent(path.split("/")[2] ?? "");
    const key = request.headersDistinct["idempotency-key"]?.[0] ?? "";
    const seen: Seen = { at, method: request.method ?? "", id, key, outcome: "mood" };
    this.seen.push(seen);
    const mood = this.mood(seen);
    const read = async (): Promise<void> => {
      const body = await text(request);
      seen.body = body === "" ? undefined : JSON.parse(body);
    };
    const apply = async (): Promise<Answer> => {
      await read();
      return this.memory.apply(key, { id, version: versionOf(seen), body: seen.body });
    };
    if (mood) return mood({ request, response, read, apply, send });
    if (!door.admits(request.headers.authorization)) {
      await read();
      seen.outcome = "turned away";
      return send({ status: 401, json: { error: "this token is not known here" } });
    }
    seen.outcome = "let in";
    send(await apply());
    this.onApplied(id, seen.body);
  }
}

/** The version that a request brings: what it says itself, else what its key says. */
function versionOf({ key, body }: Seen): number {
  const said = typeof body === "object" && body !== null && "version" in body ? body.version : undefined;
  return typeof said === "number" ? said : Number(/:(\d+)/.exec(key)?.[1]);
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
