import { LeaseLostError } from "../../errors/lease-lost-error.ts";
import { UnavailableError } from "../../errors/unavailable-error.ts";
import type { ConnectionPool, FullConnection } from "../../mysql/pool.ts";

/** How long one waits for another who is at the same model, in seconds. */
const WAIT_S = 20;
/** Longest that one may be at a model, in milliseconds: less than the age at which its traces are tidied away. */
const MOST_MS = 50 * 60_000;

/**
 * Does something to a model's database while nobody else does, on whatever host. `held` throws a LeaseLostError once
 * that is no more so, and an UnavailableError after 50 minutes: to be called before each thing that is done. The lock
 * goes with the connection. Its name is one that nobody else can know: whoever can log in may take any lock. Throws an UnavailableError where another is at it for longer than 20 seconds.
 */
export async function withModelLock<T>(
  admin: ConnectionPool,
  name: string,
  work: (connection: FullConnection, held: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const until = Date.now() + MOST_MS;
  return admin
    .use(async (connection) => {
      const [row] = await connection.query("SELECT GET_LOCK(?, ?) AS got", [name, WAIT_S]);
      if (Number(row?.["got"]) !== 1) throw new UnavailableError("another upload of this model is under way");
      const held = async (): Promise<void> => {
        const [row] = await connection.query("SELECT IS_USED_LOCK(?) = CONNECTION_ID() AS mine", [name]);
        if (Number(row?.["mine"]) !== 1) throw new LeaseLostError();
        if (Date.now() > until) throw new UnavailableError("the upload takes longer than 50 minutes");
      };
      // An error of the work's may leave the connection in use: the lock must not stay with it.
      const outcome = await settle(work(connection, held));
      await connection.query("SELECT RELEASE_LOCK(?)", [name]);
      return outcome;
    })
    .then((outcome) => {
      if ("error" in outcome) throw outcome.error;
      return outcome.value;
    });
}

async function settle<T>(work: Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await work };
  } catch (error) {
    return { error };
  }
}
