import { expect, it } from "vitest";
import { z } from "zod";
import { startImport } from "../../../../engine/datasets/import/start.ts";
import { defineImport } from "../../../../engine/define/index.ts";
import { readRun } from "../../../../engine/runs/run.ts";
import { openApi } from "../../functions/api.ts";
import { memoryPorts } from "../../sync/memory-ports.ts";

const contacts = defineImport({
  dataset: "contacts",
  source: "contacts-list",
  row: z.object({}),
  events: () => [],
});
const PATH = "POST /api/v1/datasets/contacts/imports";

it("starts an import of the rows, or of those behind one, and keeps who did", async () => {
  const ports = memoryPorts();
  const ask = openApi(ports, { imports: [contacts] });
  const first = await ask(PATH);
  expect(first).toMatchObject({
    status: 202,
    headers: { location: `/api/v1/runs/${String(first.json["run"])}` },
  });
  await ask(PATH, { json: { afterRow: 3 } });
  const [one, other] = ports.sent("runs");
  expect(one).toMatchObject({ body: { kind: "import", name: "contacts" }, sessionId: "import|contacts" });
  expect(await readRun(ports.documents, other?.messageId ?? "")).toMatchObject({
    kind: "import",
    name: "contacts",
    request: { afterRow: 3 },
    actor: "operator",
    status: "queued",
    progress: { unit: "rows" },
  });
  expect(ports.items("control")).toMatchObject([
    { action: "import", target: "contacts", actor: "operator" },
    { action: "import", details: { afterRow: 3 } },
  ]);
});

it("of a dataset of which the app has no import is answered 404, in words", async () => {
  const ports = memoryPorts();
  const ask = openApi(ports, { imports: [contacts] });
  expect(await ask("POST /api/v1/datasets/titanic/imports")).toMatchObject({
    status: 404,
    json: { detail: 'The app has no import of a dataset "titanic": rows of it become no events.' },
  });
  expect(ports.sent("runs")).toEqual([]);
});

it.each([{ afterRow: -1 }, { afterRow: 1.5 }, { afterRow: "3" }, { after: 3 }])(
  "with a body like %j is answered 400",
  async (json) => {
    const ports = memoryPorts();
    expect((await openApi(ports, { imports: [contacts] })(PATH, { json })).status).toBe(400);
    expect(ports.sent("runs")).toEqual([]);
  },
);

it("is started by whoever loaded a file, too", async () => {
  const ports = memoryPorts();
  const run = await startImport(ports, "contacts", "ana");
  expect(await readRun(ports.documents, run)).toMatchObject({ actor: "ana", request: {} });
});
