import type { RegisteredFunction } from "../core.ts";
import { triggerOf } from "../invocation.ts";
import type { Log } from "../log.ts";
import type { Route } from "./route.ts";
import { compileRoute } from "./route.ts";

/** A function that answers HTTP: its route and the methods it takes, in capitals. */
export interface HttpFunction {
  target: RegisteredFunction;
  route: Route;
  methods: Set<string>;
}

/**
 * The HTTP functions in the order in which the host tries them: by name, ignoring case; the first whose route
 * and method match gets the request, however general its route is. A function whose route is not valid is
 * left out with one line in the log.
 */
export function httpFunctions(functions: RegisteredFunction[], prefix: string, log: Log): HttpFunction[] {
  const routed: HttpFunction[] = [];
  for (const target of functions.toSorted(byName)) {
    const trigger = triggerOf(target);
    const name = target.metadata.name;
    const template =
      typeof trigger["route"] === "string" && trigger["route"] !== "" ? trigger["route"] : name;
    const methods = Array.isArray(trigger["methods"])
      ? trigger["methods"].map((method) => String(method).toUpperCase())
      : [];
    try {
      if (/^\/?(?:admin|runtime)(?:\/|$)/i.test(prefix === "" ? template : prefix)) {
        throw new Error(`"${template}" conflicts with the host's own routes`);
      }
      routed.push({ target, route: compileRoute(prefix, template), methods: new Set(methods) });
    } catch (error) {
      log("error", name, `is disabled, its route is not valid: ${(error as Error).message}`);
    }
  }
  return routed;
}

function byName(a: RegisteredFunction, b: RegisteredFunction): number {
  const [left, right] = [a.metadata.name.toUpperCase(), b.metadata.name.toUpperCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}
