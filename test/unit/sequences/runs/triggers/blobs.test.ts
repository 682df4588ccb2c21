import { expect, it } from "vitest";
import { tickSequences } from "../../../../../engine/sequences/runs/tick.ts";
import { SequenceDesk } from "../sequence-desk.ts";

const onBlob = { steps: [{ module_name: "read", input: "${blob}" }], on_blob: "inbox/sales/" };
const blobsOf = (desk: SequenceDesk): unknown[] =>
  desk.runs("read").map(({ request }) => request.parameters["blob"]);

it("a sequence runs once for each name, those that were there before it included", async () => {
  const desk = new SequenceDesk({ read: onBlob });
  desk.blobs.set("inbox", ["sales/a.csv", "sales/ü b?.csv", "other/c.csv"]);
  await Promise.all([tickSequences(desk.work), tickSequences({ ...desk.work })]);
  await tickSequences(desk.work);
  expect(blobsOf(desk)).toEqual(["blob://inbox/sales/a.csv", "blob://inbox/sales/ü b?.csv"]);
  expect(desk.runs("read")[0]?.request).toMatchObject({ trigger: "blob" });
  expect(desk.ports.items("control")).toMatchObject([
    {
      kind: "sequence-blob",
      sequence: "read",
      blob: "blob://inbox/sales/a.csv",
      run: desk.runs("read")[0]?.run,
    },
    { kind: "sequence-blob", sequence: "read", blob: "blob://inbox/sales/ü b?.csv" },
  ]);
  await desk.drain();
  expect(desk.orders.map(({ step }) => step.input)).toEqual(blobsOf(desk));
  desk.blobs.set("inbox", ["sales/a.csv", "sales/d.csv"]);
  await tickSequences(desk.work);
  expect(blobsOf(desk)).toHaveLength(3);
});

it("also a host that knows nothing yet starts none a second time", async () => {
  const desk = new SequenceDesk({ read: onBlob });
  desk.blobs.set("inbox", ["sales/a.csv"]);
  await tickSequences(desk.work);
  await desk.drain();
  await tickSequences({ ...desk.work, containers: (name) => desk.work.containers(name) });
  expect(blobsOf(desk)).toHaveLength(1);
});

it("each sequence that waits for it runs for a blob; a whole container may be meant", async () => {
  const desk = new SequenceDesk({ read: onBlob, all: { ...onBlob, on_blob: "inbox" } });
  desk.blobs.set("inbox", ["sales/a.csv", "other/c.csv"]);
  await tickSequences(desk.work);
  expect(desk.runs("read")).toHaveLength(1);
  expect(desk.runs("all")).toHaveLength(2);
});

it("of very many blobs, a tick takes 200 of a sequence, and the next one those behind them", async () => {
  const desk = new SequenceDesk({ read: onBlob });
  desk.blobs.set(
    "inbox",
    Array.from({ length: 450 }, (_, index) => `sales/${String(index)}`),
  );
  for (const many of [200, 400, 450]) {
    await tickSequences(desk.work);
    expect(desk.runs("read")).toHaveLength(many);
  }
});

it("a container that cannot be listed holds up no other sequence", async () => {
  const desk = new SequenceDesk({ gone: { ...onBlob, on_blob: "gone/" }, read: onBlob });
  desk.blobs.set("inbox", ["sales/a.csv"]);
  const failing = {
    list: (): AsyncIterable<string> => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("no such container")) }),
    }),
  };
  await tickSequences({
    ...desk.work,
    containers: (name) => (name === "gone" ? failing : desk.work.containers(name)),
  });
  expect(blobsOf(desk)).toHaveLength(1);
});
