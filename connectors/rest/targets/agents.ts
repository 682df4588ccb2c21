import { lookup, type LookupAddress } from "node:dns";
import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import type { Duplex } from "node:stream";
import { type Targets, targetsOf } from "./targets.ts";

/** What HTTP requests go through: connections that are kept and shared, and only lead where they may. */
export interface Agents {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
}

const made = new Map<string, Agents>();

/**
 * The agents for a value of `CAUDAL_PRIVATE_TARGETS`, one pair for everything that speaks REST. They check the very
 * address that a connection is about to be made to, whatever name led there, so that a name which resolves anew does
 * not get past them. Throws an InvalidSettingError.
 */
export function agentsFor(allowed: string): Agents {
  const known = made.get(allowed);
  if (known) return known;
  const targets = targetsOf(allowed);
  const agents = {
    httpAgent: new GuardedHttpAgent(targets),
    httpsAgent: new GuardedHttpsAgent(targets),
  };
  made.set(allowed, agents);
  return agents;
}

type Connected = (error: Error | null, stream: Duplex) => void;
type ConnectOptions = http.ClientRequestArgs & { readonly lookup?: LookupFunction | undefined };

class GuardedHttpAgent extends http.Agent {
  readonly #targets: Targets;

  constructor(targets: Targets) {
    super({ keepAlive: true, lookup: guardedLookup(targets) });
    this.#targets = targets;
  }

  override createConnection(options: ConnectOptions, connected?: Connected): Duplex | null | undefined {
    return guarded(this.#targets, options, () => super.createConnection(options, connected));
  }
}

class GuardedHttpsAgent extends https.Agent {
  readonly #targets: Targets;

  constructor(targets: Targets) {
    super({ keepAlive: true, lookup: guardedLookup(targets) });
    this.#targets = targets;
  }

  override createConnection(options: ConnectOptions, connected?: Connected): Duplex | null | undefined {
    return guarded(this.#targets, options, () => super.createConnection(options, connected));
  }
}

/** Connects, unless the host is written as an address, which nothing looks up, and may not be connected to. */
function guarded(
  targets: Targets,
  { host }: ConnectOptions,
  connect: () => Duplex | null | undefined,
): Duplex | null | undefined {
  if (host && isIP(host) !== 0) targets.check(host, host);
  return connect();
}

/** The system's lookup, which fails when any of the addresses may not be connected to. */
function guardedLookup(targets: Targets): LookupFunction {
  return (host, options, found) => {
    lookup(host, options, (error, addresses: string | LookupAddress[], family) => {
      if (error) return found(error, addresses, family);
      try {
        const all = typeof addresses === "string" ? [addresses] : addresses.map(({ address }) => address);
        for (const address of all) targets.check(host, address);
      } catch (refusal) {
        return found(refusal as Error, "", family);
      }
      found(null, addresses, family);
    });
  };
}
