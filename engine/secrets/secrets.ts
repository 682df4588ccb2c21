import type { Clock, Documents, Log, Secrets } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import { keyOf, SECRETS_KEY } from "./seal.ts";
import { type Shelf, sharedShelf } from "./shelf.ts";

/** Names of secrets: what an id of the store may hold, at most 200 characters. */
const NAME = /^[\w|.-]{1,200}$/;

/** What a renewal came to: a value that was made now, or one that another host had stored. */
interface Renewed {
  readonly value: unknown;
  readonly made: boolean;
}

/**
 * Makes the secrets of an app. Whoever asks for one that is not fresh while it is being renewed in this process waits
 * for that; over all hosts a lease in the store has one at a time renew it. Values are stored under
 * `CAUDAL_SECRETS_KEY`; without it each process keeps its own, in memory, and says so once. A renewal goes on when
 * those who wait for it leave: a server may have changed the secret by then.
 *
 * `fresh` throws a TypeError for a malformed name, an InvalidSettingError for a key that is none, the reason of a
 * signal that aborts, and what `renew` and the store reject with.
 */
export function createSecrets(documents: Documents, settings: Settings, clock: Clock, log: Log): Secrets {
  const known = new Map<string, unknown>();
  const flights = new Map<string, Promise<Renewed>>();
  let shelf: Shelf | undefined;

  const shelfOf = (): Shelf | undefined => {
    if (shelf || settings.missing([SECRETS_KEY]).length > 0) return shelf;
    shelf = sharedShelf(documents, keyOf(SECRETS_KEY, settings.value(SECRETS_KEY)), clock, log);
    return shelf;
  };

  const renewed = async (
    name: string,
    isFresh: (value: unknown) => boolean,
    renew: (last: unknown) => Promise<unknown>,
  ): Promise<Renewed> => {
    const learning = async (last: unknown): Promise<unknown> => {
      const value = await renew(last);
      learn(value, settings);
      return value;
    };
    const shared = shelfOf();
    if (!shared) sayOnce();
    const result = shared
      ? await shared.renewed(name, isFresh, learning)
      : { value: await learning(known.get(name)), made: true };
    learn(result.value, settings);
    known.set(name, result.value);
    return result;
  };

  let said = false;
  const sayOnce = (): void => {
    if (said) return;
    said = true;
    log(
      "warn",
      `${SECRETS_KEY.name} is not set: access tokens stay in the memory of each process, and refresh tokens that a ` +
        "server changes are lost when it ends. Set it to the base64 of 32 random bytes, the same on all hosts.",
    );
  };

  return {
    async fresh<T>(
      name: string,
      isFresh: (value: T) => boolean,
      renew: (last: T | undefined) => Promise<T>,
      signal: AbortSignal,
    ): Promise<T> {
      if (!NAME.test(name)) throw new TypeError(`the secret ${JSON.stringify(name)}: names are ${NAME}`);
      for (;;) {
        signal.throwIfAborted();
        // Only renewals of this name put values under it, so they are of its type.
        const value = known.get(name) as T | undefined;
        if (value !== undefined && isFresh(value)) return value;
        let flight = flights.get(name);
        if (!flight) {
          flight = renewed(
            name,
            (stored) => isFresh(stored as T),
            (last) => renew(last as T | undefined),
          ).finally(() => flights.delete(name));
          flights.set(name, flight);
          // Those who wait hear of it; when all of them have left, the next who asks begins anew.
          flight.catch((error: unknown) =>
            log("debug", `the secret ${name} could not be renewed`, { error }),
          );
        }
        const result = await unlessAborted(flight, signal);
        // What another host had stored may be fresh for whoever began the renewal and not for who joined it.
        if (result.made || isFresh(result.value as T)) return result.value as T;
      }
    },
  };
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/** Has every string in a JSON-like value redacted. */
function learn(value: unknown, settings: Settings): void {
  if (typeof value === "string") settings.learn(value);
  else if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) learn(member, settings);
  }
}
