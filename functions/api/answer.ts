import { BadCursorError } from "../../engine/errors/bad-cursor-error.ts";
import { InvalidSettingError } from "../../engine/errors/invalid-setting-error.ts";
import { MissingSettingError } from "../../engine/errors/missing-setting-error.ts";
import { UnavailableError } from "../../engine/errors/unavailable-error.ts";
import type { Services } from "../services.ts";
import { authorize } from "./access.ts";
import { ANONYMOUS, type ApiRequest, type ApiResponse, problem, Refused, type Route } from "./http.ts";
import { BAD_CURSOR, badQuery } from "./list.ts";

/** Answers a request through its route; whatever happens, with a response. */
export async function answer(route: Route, request: ApiRequest, services: Services): Promise<ApiResponse> {
  try {
    const caller = route.access === "open" ? ANONYMOUS : await authorize(request, route.access, services);
    return await route.handle(request, services, caller);
  } catch (error) {
    if (error instanceof Refused) return error.response;
    if (error instanceof MissingSettingError || error instanceof InvalidSettingError)
      return problem(503, `Caudal is not configured: ${error.message}.`);
    if (error instanceof BadCursorError) return badQuery("cursor", BAD_CURSOR).response;
    services.log("error", `${route.name} failed`, { error });
    if (error instanceof UnavailableError) {
      return problem(503, "The store does not answer; try again.", { headers: { "retry-after": "5" } });
    }
    return problem(500, "Something failed here; the log of the app says what.");
  }
}
