import rhea from "rhea";
import { z } from "zod";
import { ServiceError } from "../service-error.ts";
import { bytes, heldSession, operation } from "./operation.ts";

const { types } = rhea;

/** The largest session state in bytes. Source: Service Bus quotas, Standard tier. */
const MAX_STATE = 256 * 1024;

const STRING = 0xb1;

const sessionId = z.object({ "session-id": z.string() });

const renew = operation("renew-session-lock", sessionId, (body, entity, connection) => {
  const session = heldSession(entity, body["session-id"], connection);
  return { expiration: types.wrap_timestamp(entity.sessions?.renew(session) ?? 0) };
});

const getState = operation("get-session-state", sessionId, (body, entity, connection) => {
  const session = heldSession(entity, body["session-id"], connection);
  return { "session-state": session.state === undefined ? null : types.wrap_binary(session.state) };
});

const setState = operation(
  "set-session-state",
  z.object({ "session-id": z.string(), "session-state": bytes.nullish() }),
  (body, entity, connection) => {
    const session = heldSession(entity, body["session-id"], connection);
    const state = body["session-state"] ?? undefined;
    if (state !== undefined && state.length > MAX_STATE)
      throw new ServiceError("amqp:not-allowed", `The session state exceeds ${MAX_STATE} bytes.`);
    entity.setSessionState(session, state === undefined ? undefined : Buffer.from(state));
    return {};
  },
);

const list = operation(
  "get-message-sessions",
  z.object({ skip: z.number().int().nonnegative(), top: z.number().int().positive() }),
  (body, entity) => {
    const ids = Array.from(entity.sessions?.all() ?? [])
      .filter((session) => session.messages.size > 0 || session.state !== undefined)
      .slice(body.skip, body.skip + body.top)
      .map((session) => session.id);
    if (ids.length === 0) return undefined;
    return { skip: body.skip + ids.length, "sessions-ids": types.wrap_array(ids, STRING, undefined) };
  },
);

/** The state and the lock of a session, and which sessions there are. */
export const SESSION_OPERATIONS = [renew, getState, setState, list];
