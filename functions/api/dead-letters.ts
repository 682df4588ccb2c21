import { z } from "zod";
import type { DeadLetter } from "../../engine/deliveries/dead-letter.ts";
import { discardDeadLetters } from "../../engine/deliveries/discard.ts";
import { groupDeadLetters } from "../../engine/deliveries/groups.ts";
import {
  countDeadLetters,
  type DeadLetterFilter,
  listDeadLetters,
  placeOf,
  shownId,
} from "../../engine/deliveries/replay.ts";
import { maskDeadLetter, maskGroup } from "../../engine/privacy/mask-items.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { startRun } from "../../engine/runs/start.ts";
import { seesPersonal } from "./access.ts";
import { bodyOf, time } from "./body.ts";
import { type ApiRequest, type Caller, problem, Refused, type Route } from "./http.ts";
import { listAnswer, pageOf, timeIn } from "./list.ts";
import { ACTING, knownIntegration, reason, saysNotWhich, saysWhich } from "./which.ts";

const SAMPLE = 20;

/** Which of them; `all` must be said where nothing else is. */
const filter = {
  ids: z
    .array(z.string().refine((id) => placeOf(id) !== undefined, "is no id of this list"))
    .min(1)
    .max(1_000)
    .optional(),
  integration: z.string().optional(),
  fault: z.string().optional(),
  key: z.string().optional(),
  since: time.optional(),
  until: time.optional(),
  ...ACTING,
};
const action = z
  .discriminatedUnion("action", [
    z.strictObject({ action: z.literal("replay"), ...filter }),
    z.strictObject({
      action: z.literal("discard"),
      ...filter,
      reason,
    }),
  ])
  .refine(saysWhich, saysNotWhich("ids", "integration", "fault", "key", "since", "until"));

/** Dead letters, the latest first; `?integration=`, `?key=`, `?fault=`, `?since=`, `?until=` (of `lastAt`). */
export const listAllDeadLetters: Route = {
  name: "api-dead-letters-list",
  methods: ["GET"],
  route: "api/v1/dead-letters",
  access: ["operator", "auditor"],
  async handle(request, { ports }, caller) {
    const page = await listDeadLetters(ports, filterIn(request, caller), pageOf(request));
    return listAnswer(request, page, (letter) =>
      view(seesPersonal(caller) ? letter : maskDeadLetter(letter)),
    );
  },
};

/** Dead letters counted by integration and fault, the largest group first. */
export const readDeadLetterGroups: Route = {
  name: "api-dead-letters-groups",
  methods: ["GET"],
  route: "api/v1/dead-letters/groups",
  access: ["operator", "auditor"],
  async handle(request, { ports }, caller) {
    const groups = await groupDeadLetters(ports, filterIn(request, caller));
    const items = seesPersonal(caller) ? groups : groups.map(maskGroup);
    return { status: 200, json: { items, next: null } };
  },
};

/** Replays or discards dead letters. */
export const actOnDeadLetters: Route = {
  name: "api-dead-letters-act",
  methods: ["POST"],
  route: "api/v1/dead-letters",
  access: ["operator"],
  async handle(request, { app, ports }, caller) {
    const { dryRun, action: what, ...details } = await bodyOf(request, action);
    const { reason: _reason, all: _all, ...wanted } = { reason: undefined, ...details };
    knownIntegration(wanted.integration, app);
    if (dryRun) {
      const sample = await listDeadLetters(ports, wanted, { limit: SAMPLE });
      const count = await countDeadLetters(ports, wanted);
      return { status: 200, json: { count, sample: sample.items.map(view) } };
    }
    await recordAction(ports, { actor: caller.name, action: what, target: "dead-letters", details });
    if (what === "discard") {
      return { status: 200, json: { discarded: await discardDeadLetters(ports, wanted) } };
    }
    const work = { kind: "replay", name: "dead-letters", unit: "dead letters" } as const;
    const run = await startRun(ports, { ...work, request: wanted, actor: caller.name });
    return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
  },
};

function filterIn(request: ApiRequest, caller: Caller): DeadLetterFilter {
  const given = (name: string): string | undefined => request.url.searchParams.get(name) ?? undefined;
  const fault = given("fault");
  // Whether there is such a fault would tell what nobody shows: it may quote personal values.
  if (fault !== undefined && !seesPersonal(caller)) {
    throw new Refused(problem(403, "To ask by fault, one must see personal values: leave fault out."));
  }
  return {
    integration: given("integration"),
    key: given("key"),
    fault,
    since: timeIn(request, "since"),
    until: timeIn(request, "until"),
  };
}

function view(letter: DeadLetter): object {
  const { key, origin, integration, error, fault, firstAt, lastAt, attempts, version, eventId, message } =
    letter;
  return {
    id: shownId(letter),
    key,
    origin,
    integration,
    error,
    fault,
    firstAt,
    lastAt,
    attempts,
    ...(version === undefined ? {} : { version }),
    ...(eventId === undefined ? {} : { eventId }),
    ...(message === undefined
      ? {}
      : {
          message: {
            messageId: message.messageId,
            sessionId: message.sessionId,
            properties: message.properties,
          },
        }),
  };
}
