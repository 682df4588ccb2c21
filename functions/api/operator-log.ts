import { maskAction } from "../../engine/privacy/mask-items.ts";
import { type Action, listActions } from "../../engine/runs/operator-log.ts";
import { seesPersonal } from "./access.ts";
import type { Route } from "./http.ts";
import { listAnswer, pageOf, timeIn } from "./list.ts";

/** What was done by hand, the newest first; `?actor=`, `?action=`, `?target=`, `?since=`, `?until=`. */
export const readOperatorLog: Route = {
  name: "api-operator-log",
  methods: ["GET"],
  route: "api/v1/operator-log",
  access: ["operator", "auditor"],
  async handle(request, { ports }, caller) {
    const given = (name: string): string | undefined => request.url.searchParams.get(name) ?? undefined;
    const filter = {
      actor: given("actor"),
      action: given("action"),
      target: given("target"),
      since: timeIn(request, "since"),
      until: timeIn(request, "until"),
    };
    const page = await listActions(ports, filter, pageOf(request));
    return listAnswer(request, page, (action) => view(seesPersonal(caller) ? action : maskAction(action)));
  },
};

function view({ at, actor, action, target, details }: Action): object {
  return { at, actor, action, target, ...(details === undefined ? {} : { details }) };
}
