import { conditionOf, equalTo } from "../../engine/condition.ts";
import type { PendingDelivery } from "../../engine/deliveries/pending.ts";
import { maskPending } from "../../engine/privacy/mask-items.ts";
import { seesPersonal } from "./access.ts";
import type { Route } from "./http.ts";
import { listAnswer, pageOf } from "./list.ts";

/** Deliveries that wait for their destination, the longest due first; `?integration=`, `?key=`. */
export const listPending: Route = {
  name: "api-pending-list",
  methods: ["GET"],
  route: "api/v1/pending",
  access: ["operator", "auditor"],
  async handle(request, { ports }, caller) {
    const { searchParams } = request.url;
    const [integration, key] = ["integration", "key"].map((name) => searchParams.get(name) ?? undefined);
    const { text, parameters } = conditionOf(["c.kind = 'pending'"], ...equalTo({ integration, key }));
    const page = await ports.documents.query<PendingDelivery>("deliveries", {
      text: `SELECT * FROM c WHERE ${text} ORDER BY c.dueAt`,
      parameters,
      ...(key === undefined ? {} : { partition: key }),
      ...pageOf(request),
    });
    return listAnswer(request, page, (waits) => view(seesPersonal(caller) ? waits : maskPending(waits)));
  },
};

function view(waits: PendingDelivery): object {
  const { key, integration, first, last, eventId, since, reason, detail, dueAt, rounds, again } = waits;
  return {
    key,
    integration,
    first,
    last,
    eventId,
    since,
    reason,
    detail,
    dueAt,
    rounds,
    ...(again === undefined ? {} : { run: again.run }),
  };
}
