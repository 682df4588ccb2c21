import type { Preview, Snapshot } from "../../engine/define/index.ts";
import { addressOf } from "./address.ts";
import { blameMapping, mapped, type RestMapping, written } from "./mapping.ts";
import type { RestRequest } from "./request.ts";

/** In the place of the base address, which is a setting. */
const NOWHERE = new URL("http://destination.invalid");

/**
 * What a REST destination would be sent for a snapshot: method, path below the base address with its query, headers of
 * the mapping, body. Throws a PermanentError where the mapping throws, or writes what is no request.
 */
export function previewOf(mapping: RestMapping, snapshot: Snapshot): Preview {
  const answer = mapped(mapping, snapshot);
  if ("ignored" in answer) return { ignored: answer.ignored };
  return { sends: sent(answer) };
}

function sent(request: RestRequest): object {
  try {
    const { headers, body } = written(request);
    const { pathname, search } = addressOf(NOWHERE, request.path, request.query);
    return {
      method: request.method,
      path: `${pathname}${search}`,
      headers,
      // As a value: the order of members makes no difference to whoever reads JSON.
      ...(body === undefined
        ? {}
        : { body: request.json === undefined ? body : (JSON.parse(body) as unknown) }),
    };
  } catch (error) {
    return blameMapping(error);
  }
}
