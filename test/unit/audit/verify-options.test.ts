import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { optionsOf } from "../../../scripts/audit-verify/options.ts";
import { WrongUse } from "../../../scripts/wrong-use.ts";

const publicKey = generateKeyPairSync("ed25519")
  .publicKey.export({ format: "der", type: "spki" })
  .toString("base64");
const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 })
  .publicKey.export({ format: "der", type: "spki" })
  .toString("base64");
const STORE = ["--endpoint", "https://caudal.documents.azure.com"];

test("what is asked for is read, the entity as its key, the time as Caudal writes times", () => {
  expect(optionsOf(["--help"], {})).toBe("help");
  expect(optionsOf(STORE, {})).toMatchObject({ endpoint: STORE[1], json: false });
  expect(optionsOf([...STORE, "--entity", "customer", "--id", "CC-1020"], {})).toMatchObject({
    entity: "customer|CC-1020",
  });
  expect(optionsOf([...STORE, "--since", "2026-03-02"], {})).toMatchObject({
    since: "2026-03-02T00:00:00.000Z",
  });
  const wrapped = `${publicKey.slice(0, 9)}\n${publicKey.slice(9)}`;
  expect(optionsOf([...STORE, "--checkpoint", "a", "--public-key", wrapped], {})).toMatchObject({
    publicKey,
  });
});

test("the key of the store is that of the command line, else that of the environment", () => {
  const env = { COSMOS_KEY: "e" };
  expect(optionsOf([...STORE, "--key", "k"], env)).toMatchObject({ key: "k" });
  expect(optionsOf(STORE, env)).toMatchObject({ key: "e" });
  expect(optionsOf(STORE, { COSMOS_KEY: "" })).toMatchObject({ key: undefined });
  expect(optionsOf(["--endpoint", "http://localhost:1"], env)).toMatchObject({ key: "e" });
});

test.each([
  ["--endpoint", []],
  ["--endpoint", ["--endpoint", "nonsense"]],
  ["--nonsense", [...STORE, "--nonsense"]],
  ["extra", [...STORE, "extra"]],
  ["--id", [...STORE, "--entity", "customer"]],
  ["--entity", [...STORE, "--id", "CC-1020"]],
  ["--since", [...STORE, "--since", "yesterday"]],
  ["--since", [...STORE, "--since", "2026-01-01", "--entity", "customer", "--id", "CC-1020"]],
  ["--checkpoint", [...STORE, "--public-key", publicKey]],
  ["--public-key", [...STORE, "--checkpoint", "a", "--public-key", "AAAA"]],
  ["--public-key", [...STORE, "--checkpoint", "a", "--public-key", rsa]],
  ["give --key (or COSMOS_KEY)", ["--endpoint", "http://localhost:1"]],
])("what makes no sense is named: %s of %j", (named, args) => {
  expect(() => optionsOf(args, {})).toThrow(WrongUse);
  expect(() => optionsOf(args, {})).toThrow(named);
});
