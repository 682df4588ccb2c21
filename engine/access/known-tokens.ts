import type { Ports } from "../ports.ts";
import { idOfToken, isToken, readToken, type TokenItem } from "./tokens.ts";

/** How long a host goes by what it read of a token, in milliseconds: a revoked one passes no longer than that. */
export const REMEMBERED_MS = 5_000;
/** Most tokens that a host remembers; the one read longest ago goes first. */
const MOST = 1_000;

/** The live tokens of an app, as one host knows them. */
export interface KnownTokens {
  /** What was issued under a token; undefined where it is unknown or revoked. Rejects when the store fails. */
  find(token: string): Promise<TokenItem | undefined>;
  /** Has the token of that id read anew. */
  forget(id: string): void;
}

/**
 * Looks tokens up by their hash, and remembers the live ones for {@link REMEMBERED_MS}. Unknown ones are not
 * remembered, so that whoever makes them up cannot crowd out the others.
 */
export function createKnownTokens({ documents, clock }: Pick<Ports, "documents" | "clock">): KnownTokens {
  const known = new Map<string, { readonly item: TokenItem; readonly readAt: number }>();
  return {
    async find(token) {
      if (!isToken(token)) return undefined;
      const id = idOfToken(token);
      const now = clock.now();
      const before = known.get(id);
      // A clock that was put back makes nothing last longer.
      if (before && Math.abs(now - before.readAt) < REMEMBERED_MS) return before.item;
      known.delete(id);
      const item = (await readToken(documents, id))?.item;
      if (!item || item.revokedAt !== undefined) return undefined;
      const [oldest] = known.keys();
      if (known.size >= MOST && oldest !== undefined) known.delete(oldest);
      known.set(id, { item, readAt: now });
      return item;
    },
    forget: (id) => void known.delete(id),
  };
}
