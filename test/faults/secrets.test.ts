import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../flows/kit/patience.ts";
import { WEBHOOK_SECRET } from "../flows/kit/site.ts";
import { expectAllEqual } from "./kit/checks.ts";
import { found, haystackOf } from "./kit/haystack.ts";
import * as moods from "./kit/moods.ts";
import { Operator } from "./kit/operator.ts";
import { Rig } from "./kit/rig.ts";

const OPERATOR_TOKEN = "operator-token-4d5e6f7a8b";

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open({ env: { CAUDAL_OPERATOR_TOKEN: OPERATOR_TOKEN, CAUDAL_LOG: "debug" } });
});
afterAll(async () => {
  await rig?.close();
});

/** Every secret that this stack has, whole and in its parts. */
async function needles(): Promise<string[]> {
  const { serviceBus, cosmos, blob, mysql } = rig.stack.ready;
  const made = JSON.parse(await readFile(path.join(rig.folder, "data", "secrets.json"), "utf8")) as object;
  const { beta } = rig;
  return [
    ...rig.secrets,
    ...beta.door.issued,
    Buffer.from(`${beta.door.clientId}:${beta.door.clientSecret}`).toString("base64"),
    OPERATOR_TOKEN,
    WEBHOOK_SECRET,
    WEBHOOK_SECRET.replace("whsec_", ""),
    new URL(mysql).password,
    mysql,
    serviceBus,
    blob,
    cosmos.key,
    ...[serviceBus, blob].flatMap((text) => [...text.matchAll(/Key=([^;]+)/g)].map(([, key = ""]) => key)),
    ...Object.values(made).map(String),
    // The broker takes any key, so that its own is a word.
  ].filter((needle) => needle.length > 8);
}

describe("given destinations whose answers show the headers that they were sent", () => {
  it("no secret stands in a log, in a record, or in what the API answers", async () => {
    const operator = new Operator(rig);
    // A first delivery, so that there is an access token to give away.
    await rig.say({ number: "s0", step: 1 });
    await eventually(() => expectAllEqual(rig));
    expect(rig.beta.door.issued.length).toBeGreaterThan(0);

    rig.alpha.meetAll(moods.indiscreet(422));
    rig.beta.meetAll(moods.indiscreet(422));
    rig.crm.meetFirst(moods.indiscreet(500));
    await rig.say({ number: "s1", step: 1 });
    await eventually(async () => expect(await operator.deadLetters()).toHaveLength(2));

    // A token that is refused, and a token endpoint that then shows what it was asked.
    rig.beta.recover();
    rig.beta.door.expire();
    rig.beta.door.refuses = true;
    await rig.say({ number: "s2", step: 1 });
    await eventually(async () => {
      const attempts = (await rig.deliveries()).filter(({ integration, key }) => {
        return integration === "beta" && key === "client|s2";
      });
      expect(attempts.length).toBeGreaterThan(1);
    });

    // A database that goes away in the middle of its work.
    rig.kill((name) => name === "mysql-server");
    await rig.say({ number: "s3", step: 1 });
    await rig.stack.whenServing();

    const haystack = await haystackOf(rig, ["s0", "s1", "s2", "s3"]);
    expect(haystack.some(({ where }) => where.endsWith(".log"))).toBe(true);
    expect(haystack.some(({ text }) => text.includes("[redacted]"))).toBe(true);
    expect(found(await needles(), haystack)).toEqual([]);
  });

  it("nor in the answer to a request that brings a wrong token, or the right one with nonsense", async () => {
    const wrong = "wrong-token-1234567890";
    const asked = [
      ["GET", "/api/v1/runs", wrong],
      ["POST", "/api/v1/integrations/alpha/hold", OPERATOR_TOKEN],
    ] as const;
    const answers = await Promise.all(
      asked.map(async ([method, route, token]) => {
        const headers = { authorization: `Bearer ${token}` };
        const { status, json } = await rig.call(method, route, method === "POST" ? "{" : undefined, headers);
        return { status, where: `${method} ${route}`, text: JSON.stringify(json) };
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 400]);
    expect(found([...(await needles()), wrong], [...answers, ...(await haystackOf(rig, []))])).toEqual([]);
  });
});
