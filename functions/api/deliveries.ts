import { withoutSystemFields } from "./entities.ts";
import { pageOf, type Route } from "./http.ts";

const FILTERS = ["integration", "status", "key", "eventId"] as const;

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
    for (const field of FILTERS) {
      const value = asked.get(field);
      if (value === null) continue;
      parameters[field] = value;
      where.push(`c.${field} = @${field}`);
    }
    for (const [name, comparison] of [
      ["since", ">="],
      ["until", "<"],
    ] as const) {
      const value = asked.get(name);
      if (value === null) continue;
      parameters[name] = value;
      where.push(`c.at ${comparison} @${name}`);
    }
    const key = parameters["key"];
    const page = await services.ports.documents.query<object>("deliveries", {
      text: `SELECT * FROM c WHERE ${where.join(" AND ")} ORDER BY c.at DESC`,
      parameters,
      ...(key === undefined ? {} : { partition: key }),
      ...pageOf(request),
    });
    return { status: 200, json: { items: page.items.map(withoutSystemFields), next: page.next } };
  },
};
