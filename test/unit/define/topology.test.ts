import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { topologyOf } from "../../../engine/define/topology.ts";
import app from "../../../functions/app.ts";

it("infra/topology.json is what the app needs; `npm run topology` writes it anew", () => {
  const file = new URL("../../../infra/topology.json", import.meta.url);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(topologyOf(app))));
});
