import { importRequest, startImport } from "../../engine/datasets/import/start.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { bodyOf } from "./body.ts";
import { problem, type Route } from "./http.ts";

/** Makes events of a dataset's rows now. Its loads do so by themselves. */
export const startDatasetImport: Route = {
  name: "api-datasets-import",
  methods: ["POST"],
  route: "api/v1/datasets/{table}/imports",
  access: ["operator"],
  async handle(request, { app, ports }, { name: actor }) {
    const table = request.params["table"] ?? "";
    if (!app.imports.some(({ dataset }) => dataset === table))
      return problem(404, `The app has no import of a dataset "${table}": rows of it become no events.`);
    const asked = await bodyOf(request, importRequest);
    await recordAction(ports, { actor, action: "import", target: table, details: { ...asked } });
    const run = await startImport(ports, table, actor, asked);
    return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
  },
};
