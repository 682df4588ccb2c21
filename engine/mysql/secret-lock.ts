import { createHmac } from "node:crypto";

/**
 * The name of the lock (https://mariadb.com/kb/en/get_lock/) of a thing, on the server that an administrator's `url`
 * names. Whoever can log in may take any lock, and hold up all who wait for it: so the name is one that only those know
 * who know the URL, which has a password in it. All hosts do, and get the same name. 47 characters: MySQL takes 64.
 * `thing`: not the same for things of two kinds.
 */
export function secretLock(url: string, thing: string): string {
  return `caudal_${createHmac("sha256", url).update(thing).digest("hex").slice(0, 40)}`;
}
