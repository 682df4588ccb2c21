import type { PatchOperation } from "@azure/cosmos";
import { describe, expect, it } from "vitest";
import { refusal, useAccount } from "./cosmos-account.ts";

const account = useAccount();
const start = { name: "Ada", n: 1, tags: ["x", "y"], deep: { a: { b: 1 } }, "a/b": 1, "m~n": 2 };

const cases: [string, PatchOperation[], object][] = [
  ["add a member", [{ op: "add", path: "/new", value: { a: 1 } }], { new: { a: 1 } }],
  ["add over a member", [{ op: "add", path: "/n", value: 9 }], { n: 9 }],
  ["add inserts into an array", [{ op: "add", path: "/tags/1", value: "z" }], { tags: ["x", "z", "y"] }],
  ["add at the end of an array", [{ op: "add", path: "/tags/-", value: "z" }], { tags: ["x", "y", "z"] }],
  ["set overwrites in an array", [{ op: "set", path: "/tags/1", value: "z" }], { tags: ["x", "z"] }],
  [
    "set a new member deep inside",
    [{ op: "set", path: "/deep/a/c", value: null }],
    { deep: { a: { b: 1, c: null } } },
  ],
  ["replace a member", [{ op: "replace", path: "/name", value: "Eve" }], { name: "Eve" }],
  ["remove from an array", [{ op: "remove", path: "/tags/0" }], { tags: ["y"] }],
  ["increment", [{ op: "incr", path: "/n", value: 2.5 }], { n: 3.5 }],
  ["increment what is not there", [{ op: "incr", path: "/count", value: -2 }], { count: -2 }],
  [
    "move",
    [{ op: "move", from: "/deep/a/b", path: "/b" } as unknown as PatchOperation],
    { deep: { a: {} }, b: 1 },
  ],
  [
    "names with slash and tilde",
    [
      { op: "incr", path: "/a~1b", value: 1 },
      { op: "incr", path: "/m~0n", value: 1 },
    ],
    { "a/b": 2, "m~n": 3 },
  ],
  [
    "several in order",
    [
      { op: "set", path: "/x", value: 1 },
      { op: "incr", path: "/x", value: 1 },
    ],
    { x: 2 },
  ],
];

describe("a patch", () => {
  it.each(cases)("can %s", async (_, operations, expected) => {
    const container = await account.container();
    const { etag } = await container.items.create({ id: "1", key: "a", ...start });
    const { resource, statusCode } = await container.item("1", "a").patch(operations);
    expect(statusCode).toBe(200);
    expect(resource).toMatchObject({ ...start, ...expected });
    expect(resource?._etag).not.toBe(etag);
    expect((await container.item("1", "a").read()).resource).toEqual(resource);
  });

  it("removes a member", async () => {
    const container = await account.container();
    await container.items.create({ id: "1", key: "a", ...start });
    const { resource } = await container.item("1", "a").patch([{ op: "remove", path: "/deep/a" }]);
    expect(resource).toMatchObject({ deep: {} });
    expect(resource?.["deep"]).toEqual({});
  });

  it.each<[string, PatchOperation[]]>([
    ["replaces what is not there", [{ op: "replace", path: "/none", value: 1 }]],
    ["removes what is not there", [{ op: "remove", path: "/none" }]],
    ["goes through what is not there", [{ op: "set", path: "/none/deep", value: 1 }]],
    ["increments a text", [{ op: "incr", path: "/name", value: 1 }]],
    ["goes beyond an array", [{ op: "add", path: "/tags/7", value: 1 }]],
    ["changes the id", [{ op: "set", path: "/id", value: "2" }]],
    ["changes the partition key", [{ op: "set", path: "/key", value: "b" }]],
    [
      "has more than ten operations",
      Array.from({ length: 11 }, () => ({ op: "incr", path: "/n", value: 1 })),
    ],
    [
      "fails half way",
      [
        { op: "incr", path: "/n", value: 1 },
        { op: "remove", path: "/none" },
      ],
    ],
  ])("that %s is refused and changes nothing", async (_, operations) => {
    const container = await account.container();
    const { etag } = await container.items.create({ id: "1", key: "a", ...start });
    expect(await refusal(container.item("1", "a").patch(operations))).toMatchObject({ code: 400 });
    expect((await container.item("1", "a").read()).etag).toBe(etag);
  });

  it("applies only where its condition holds", async () => {
    const container = await account.container();
    await container.items.create({ id: "1", key: "a", ...start });
    const patch = (condition: string): Promise<unknown> =>
      container.item("1", "a").patch({ condition, operations: [{ op: "incr", path: "/n", value: 1 }] });
    await patch("from c where c.n = 1 and ARRAY_CONTAINS(c.tags, 'x')");
    expect(await refusal(patch("from c where c.n = 1"))).toMatchObject({ code: 412 });
    expect(await refusal(patch("from c where c.n ="))).toMatchObject({ code: 400 });
    expect((await container.item("1", "a").read()).resource).toMatchObject({ n: 2 });
  });
});
