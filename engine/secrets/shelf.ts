import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Clock, Documents, Log } from "../ports.ts";
import { withPatience } from "../sync/patience.ts";
import { changeSecret, readSecret, type SecretItem } from "./item.ts";
import { open, seal } from "./seal.ts";

/** How long one host may take to renew a secret before another one tries, in milliseconds. */
const LEASE_MS = 60_000;
/** How often a host looks whether the one that renews a secret is done, in milliseconds. */
const LOOK_MS = 200;

/** The secrets in the store, which all hosts share. */
export interface Shelf {
  /**
   * The stored value where it is fresh; else the next one, which this host makes from the last, unless another one is
   * about to: then that one's. `made` says whether it was made here. It is stored by then.
   */
  renewed(
    name: string,
    isFresh: (value: unknown) => boolean,
    renew: (last: unknown) => Promise<unknown>,
  ): Promise<{ readonly value: unknown; readonly made: boolean }>;
}

/** Opens the secrets in the store with a key of 32 bytes. */
export function sharedShelf(documents: Documents, key: Buffer, clock: Clock, log: Log): Shelf {
  /** Made, but not stored yet, since the store failed: the server may have forgotten the one before. */
  const unsaved = new Map<string, unknown>();

  const valueOf = ({ name, sealed }: SecretItem): unknown => {
    const text = sealed === null ? undefined : open(key, name, sealed);
    if (text !== undefined) return JSON.parse(text);
    if (sealed !== null)
      log(
        "warn",
        `the secret ${name} in the store was written under another CAUDAL_SECRETS_KEY: it is made anew`,
      );
    return undefined;
  };

  const save = (name: string, value: unknown): Promise<void> =>
    withPatience(log, `storing the secret ${name}`, async () => {
      const change = {
        sealed: seal(key, name, JSON.stringify(value)),
        at: new Date(clock.now()).toISOString(),
        renewing: null,
      };
      // Whoever took the lease over meanwhile works from an older value than this one.
      while (!(await changeSecret(documents, await readSecret(documents, name), change)));
      unsaved.delete(name);
    });

  return {
    async renewed(name, isFresh, renew) {
      const by = randomUUID();
      for (;;) {
        if (unsaved.has(name)) {
          const value = unsaved.get(name);
          await save(name, value);
          if (isFresh(value)) return { value, made: true };
        }
        const held = await readSecret(documents, name);
        const last = valueOf(held.item);
        if (last !== undefined && isFresh(last)) return { value: last, made: false };
        const { renewing } = held.item;
        if (renewing && Date.parse(renewing.until) > clock.now()) {
          await pause(LOOK_MS);
          continue;
        }
        const until = new Date(clock.now() + LEASE_MS).toISOString();
        const claimed = await changeSecret(documents, held, { renewing: { by, until } });
        if (!claimed) continue;
        const value = await renew(last).catch(async (error: unknown) => {
          // The lease ends by itself where it cannot be given back.
          await changeSecret(documents, claimed, { renewing: null }).catch((fault: unknown) =>
            log("warn", `the lease of the secret ${name} could not be given back`, { error: fault }),
          );
          throw error;
        });
        unsaved.set(name, value);
        await save(name, value);
        return { value, made: true };
      }
    },
  };
}
