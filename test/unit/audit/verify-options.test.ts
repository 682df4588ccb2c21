import { expect, test } from "vitest";
import { optionsOf, WrongUse } from "../../../scripts/audit-verify/options.ts";

const STORE = ["--endpoint", "https://caudal.documents.azure.com"];

test("what is asked for is read, the entity as its key, the time as Caudal writes times", () => {
  expect(optionsOf(["--help"])).toBe("help");
  expect(optionsOf(STORE)).toMatchObject({ endpoint: STORE[1], json: false });
  expect(optionsOf([...STORE, "--entity", "customer", "--id", "CC-1020"])).toMatchObject({
    entity: "customer|CC-1020",
  });
  expect(optionsOf([...STORE, "--since", "2026-03-02"])).toMatchObject({ since: "2026-03-02T00:00:00.000Z" });
  expect(optionsOf([...STORE, "--checkpoint", "a", "--public-key", "a\nb"])).toMatchObject({
    publicKey: "ab",
  });
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
  ["--checkpoint", [...STORE, "--public-key", "x"]],
])("what makes no sense is named: %s of %j", (named, args) => {
  expect(() => optionsOf(args)).toThrow(WrongUse);
  expect(() => optionsOf(args)).toThrow(named);
});
