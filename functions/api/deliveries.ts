import type { DeliveryStatus } from "../../engine/deliveries/records.ts";
import { withoutSystemFields } from "./entities.ts";
import type { Route } from "./http.ts";
import { listAnswer, oneOf, pageOf, timeIn } from "./list.ts";

const FILTERS = ["integration", "key", "eventId"] as const;
const STATUSES = ["delivered", "ignored", "retrying", "failed"] as const satisfies readonly DeliveryStatus[];

/** Attempts to deliver, the newest first; `?integration=`, `?status=`, `?key=`, `?eventId=`, `?since=`, `?until=`. */
export const listDeliveries: Route = {
  name: "api-deliveries-list",
  methods: ["GET"],
  route: "api/v1/deliveries",
  access: ["operator", "auditor"],
  async handle(request, services) {
    const asked = request.url.searchParams;
    const parameters: Record<string, string> = {};
    const where = ["c.kind = 'delivery'"];
    const filter = (name: string, value: string | null | undefined, condition: string): void => {
      if (value === null || value === undefined) return;
      parameters[name] = value;
      where.push(`${condition} @${name}`);
    };
    for (const field of FILTERS) filter(field, asked.get(field), `c.${field} =`);
    filter("status", oneOf(request, "status", STATUSES), "c.status =");
    filter("since", timeIn(request, "since"), "c.at >=");
    filter("until", timeIn(request, "until"), "c.at <");
    const key = parameters["key"];
    const page = await services.ports.documents.query<object>("deliveries", {
      text: `SELECT * FROM c WHERE ${where.join(" AND ")} ORDER BY c.at DESC`,
      parameters,
      ...(key === undefined ? {} : { partition: key }),
      ...pageOf(request),
    });
    return listAnswer(request, page, withoutSystemFields);
  },
};
