import { describe, expect, it } from "vitest";
import { pointedAt, pointerTo, withPointed } from "../../../engine/audit/pointer.ts";

describe("a JSON pointer", () => {
  const root = { list: [{ a: 1 }, { a: 2 }], "odd/~name": { b: 3 } };

  it("points to members and items, whatever their names", () => {
    expect(pointedAt(root, "/list/1/a")).toBe(2);
    expect(pointedAt(root, `${pointerTo("", "odd/~name")}/b`)).toBe(3);
    expect(pointedAt(root, "")).toBe(root);
  });

  it("points to nothing where there is nothing, not even to what every object inherits", () => {
    expect(pointedAt(root, "/list/2/a")).toBeUndefined();
    expect(pointedAt(root, "/list/0/a/b")).toBeUndefined();
    expect(pointedAt(root, "/constructor")).toBeUndefined();
  });

  it("has a value put where it points, in a copy, whether or not there is one", () => {
    expect(withPointed(root, "/list/0/a", "x")).toEqual({ ...root, list: [{ a: "x" }, { a: 2 }] });
    expect(withPointed(root, "/new/deep", 1)).toEqual({ ...root, new: { deep: 1 } });
    expect(root.list[0]).toEqual({ a: 1 });
  });
});
