import { BadCursorError } from "../../engine/errors/bad-cursor-error.ts";
import { ContendedError } from "../../engine/errors/contended-error.ts";
import { InvalidSettingError } from "../../engine/errors/invalid-setting-error.ts";
import { MissingSettingError } from "../../engine/errors/missing-setting-error.ts";
import { UnavailableError } from "../../engine/errors/unavailable-error.ts";
import { FaultyFileError } from "../../engine/sequences/book/faulty-file-error.ts";
import type { Services } from "../services.ts";
import { authorize } from "./access.ts";
import {
  ANONYMOUS,
  type ApiRequest,
  type ApiResponse,
  ClientGoneError,
  problem,
  Refused,
  type Route,
} from "./http.ts";
import { BAD_CURSOR, badQuery } from "./list.ts";
import { sentence } from "./sentence.ts";

/** The answer where nothing better is known. */
export const FAILED: ApiResponse = problem(500, "Something failed here; the log of the app says what.");

/**
 * Answers a request through its route; whatever happens, with a response. A body that fails before its first bytes is
 * answered like a route that throws: after them, nothing can be said any more.
 */
export async function answer(route: Route, request: ApiRequest, services: Services): Promise<ApiResponse> {
  try {
    const caller = route.access === "open" ? ANONYMOUS : await authorize(request, route.access, services);
    const response = await route.handle(request, services, caller);
    return response.body === undefined ? response : { ...response, body: await begun(response.body) };
  } catch (error) {
    if (error instanceof Refused) return error.response;
    if (error instanceof MissingSettingError || error instanceof InvalidSettingError)
      return problem(503, `Caudal is not configured: ${error.message}.`);
    if (error instanceof BadCursorError) return badQuery("cursor", BAD_CURSOR).response;
    if (error instanceof FaultyFileError) return problem(409, sentence(error.message));
    if (error instanceof ClientGoneError) {
      services.log("info", `${route.name}: ${error.message}`);
      return problem(400, "The request was not whole.");
    }
    services.log("error", `${route.name} failed`, { error });
    if (error instanceof ContendedError) {
      return problem(503, "Others alter the same thing at the same time; try again.", {
        headers: { "retry-after": "1" },
      });
    }
    if (error instanceof UnavailableError && error.message.startsWith("MySQL: ")) {
      return problem(503, `${error.message}; try again.`, { headers: { "retry-after": "5" } });
    }
    if (error instanceof UnavailableError) {
      return problem(503, "The store does not answer; try again.", { headers: { "retry-after": "5" } });
    }
    return FAILED;
  }
}

/** The same bytes, after the first of them are there. */
async function begun(body: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const chunks = body[Symbol.asyncIterator]();
  let first: IteratorResult<Uint8Array> | undefined = await chunks.next();
  const rest: AsyncIterator<Uint8Array> = {
    async next() {
      const next = first ?? (await chunks.next());
      first = undefined;
      return next;
    },
    async return() {
      await chunks.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => rest };
}
