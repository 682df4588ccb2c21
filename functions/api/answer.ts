import { BadCursorError } from "../../engine/errors/bad-cursor-error.ts";
import { MissingSettingError } from "../../engine/errors/missing-setting-error.ts";
import type { Services } from "../services.ts";
import { authorize } from "./access.ts";
import { type ApiRequest, type ApiResponse, problem, Refused, type Route } from "./http.ts";

/** Answers a request through its route; whatever happens, with a response. */
export async function answer(route: Route, request: ApiRequest, services: Services): Promise<ApiResponse> {
  try {
    if (route.access !== "open") authorize(request, route.access, services.settings);
    return await route.handle(request, services);
  } catch (error) {
    if (error instanceof Refused) return error.response;
    if (error instanceof MissingSettingError)
      return problem(503, `Caudal is not configured: ${error.message}.`);
    if (error instanceof BadCursorError) {
      const issues = [{ path: "cursor", message: `${error.message}; leave it out to begin anew` }];
      return problem(400, "The query is not valid.", { issues });
    }
    services.log("error", `${route.name} failed`, { error });
    return problem(500, "Something failed here; the log of the app says what.");
  }
}
