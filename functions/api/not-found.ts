import { problem, type Route } from "./http.ts";

/**
 * Answers what no other function takes: 405 where a route knows the path with other methods, else 404. The host tries
 * functions in the order of their names, ignoring case, and the first match wins: so its name must be the last one.
 */
export function notFound(known: readonly Route[]): Route {
  const patterns = known.map(({ route, methods }) => ({
    path: new RegExp(`^/${route.replaceAll(/\{\w+\}/g, "[^/]+")}/?$`, "i"),
    methods,
  }));
  return {
    name: "zz-not-found",
    methods: ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"],
    route: "{*path}",
    access: "open",
    async handle({ method, url: { pathname } }) {
      const allowed = patterns.filter(({ path }) => path.test(pathname)).flatMap(({ methods }) => methods);
      if (allowed.length === 0) return problem(404, `There is no ${method} ${pathname}.`);
      const allow = [...new Set(allowed)].join(", ");
      return problem(405, `${pathname} takes ${allow}.`, { headers: { allow } });
    },
  };
}
