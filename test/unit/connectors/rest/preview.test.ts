import { describe, expect, it } from "vitest";
import { defineRestIntegration, ignore, type RestAnswer } from "../../../../connectors/rest/integration.ts";
import type { AtDestination } from "../../../../connectors/rest/request.ts";
import {
  type Mapped,
  type Removed,
  secret,
  setting,
  type Snapshot,
} from "../../../../engine/define/index.ts";
import { PermanentError } from "../../../../engine/errors/permanent-error.ts";
import { deliver, person } from "./deliver.ts";
import { httpServer } from "./http-server.ts";

type Mapping = (c: Mapped<typeof person>, there: AtDestination) => RestAnswer;

const data = { identity: { number: "7" }, contact: { email: "a@example.com" } };

function preview(
  request: Mapping,
  {
    removed = false,
    remove,
    ...there
  }: Partial<Snapshot> & {
    removed?: boolean;
    remove?: (removed: Removed, there: AtDestination) => RestAnswer;
  } = {},
): unknown {
  const { destination } = defineRestIntegration({
    name: "shop",
    on: person,
    baseUrl: setting("SHOP_URL"),
    token: secret("SHOP_TOKEN"),
    request,
    ...(remove ? { remove } : {}),
  });
  const snapshot: Snapshot = {
    key: "person|7",
    entity: "person",
    id: "7",
    version: 3,
    data: removed ? undefined : data,
    known: false,
    ...there,
  };
  return destination.preview?.(snapshot as Snapshot<never>);
}

const put: Mapping = (c) => ({
  method: "PUT",
  path: `/people/${c.id} é`,
  query: { at: c.version, no: undefined },
  headers: { "X-Kind": "person" },
  json: { email: c.contact?.email, none: undefined },
});

describe("what a REST destination would be sent", () => {
  it("is method, path, headers of the mapping and body; no address, no secret, no setting", () => {
    expect(preview(put)).toEqual({
      sends: {
        method: "PUT",
        path: "/people/7%20%C3%A9?at=3",
        headers: { "content-type": "application/json", "x-kind": "person" },
        body: { email: "a@example.com" },
      },
    });
  });

  it("is what is delivered", async () => {
    const server = await httpServer((response) => response.end());
    await deliver({ baseUrl: server.url, request: put });
    const [got] = server.seen;
    const { sends } = preview(put) as { sends: { method: string; path: string; body: unknown } };
    expect([got?.method, got?.url]).toEqual([sends.method, sends.path]);
    expect(JSON.parse(got?.body ?? "")).toEqual(sends.body);
    expect(got?.headers).toMatchObject({ "x-kind": "person" });
  });

  it("has forms and texts as they are written", () => {
    expect(preview(() => ({ method: "POST", path: "/a", form: { b: [1, 2] } }))).toMatchObject({
      sends: { body: "b=1&b=2", headers: { "content-type": "application/x-www-form-urlencoded" } },
    });
    expect(
      preview(() => ({ method: "POST", path: "/a", text: "<a/>", contentType: "application/xml" })),
    ).toMatchObject({ sends: { body: "<a/>" } });
  });

  it("goes by what the destination has", () => {
    const known: Mapping = (_c, there) => ({
      method: there.known ? "PUT" : "POST",
      path: `/p/${there.remoteId ?? ""}`,
    });
    expect(preview(known, { known: true, remoteId: "r9" })).toMatchObject({
      sends: { method: "PUT", path: "/p/r9" },
    });
  });

  it("is nothing where the mapping ignores the version", () => {
    expect(preview(() => undefined)).toEqual({ ignored: "the mapping had nothing to send" });
    expect(preview(() => ignore("no phone"))).toEqual({ ignored: "no phone" });
    expect(preview(put, { removed: true })).toEqual({ ignored: "the integration does not send removals" });
    expect(preview(put, { removed: true, remove: () => undefined })).toEqual({
      ignored: "the mapping had nothing to send",
    });
  });

  it("is a removal where the entity is removed", () => {
    const remove = ({ id }: Removed): RestAnswer => ({ method: "DELETE", path: `/people/${id}` });
    expect(preview(put, { removed: true, remove })).toEqual({
      sends: { method: "DELETE", path: "/people/7", headers: {} },
    });
  });

  it("is refused where the mapping throws, or writes what is no request", () => {
    const bad: Mapping[] = [
      () => {
        throw new Error("no");
      },
      () => ({ method: "PUT", path: "/../x" }),
      () => ({ method: "PUT", path: "/x", headers: { "a b": "c" } }),
      () => ({ method: "PUT", path: "/x", json: { big: 1n } }),
    ];
    for (const each of bad) expect(() => preview(each)).toThrow(PermanentError);
  });
});
