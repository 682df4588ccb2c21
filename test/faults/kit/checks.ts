import { expect } from "vitest";
import type { DocumentItem } from "../../../engine/sync/entity.ts";
import { OAuthDoor } from "./door.ts";
import { Operator } from "./operator.ts";
import type { Rig } from "./rig.ts";

/** The integrations whose destinations are told everything. */
const ALL = ["alpha", "beta", "crm"];

interface Client {
  readonly profile: { readonly name?: string };
  readonly work?: { readonly step: number; readonly note?: string };
}

/**
 * The documents hold the last that was said of each client, but for those that are `parked`; the REST systems and the
 * table hold what the documents say, at the documents' versions; nothing was applied twice or after something newer.
 */
export async function expectAllEqual(
  rig: Rig,
  systems: readonly string[] = ALL,
  parked: readonly string[] = [],
): Promise<void> {
  const [documents, rows] = await Promise.all([rig.documents(), rig.rows()]);
  const steps = [...documents].map(([id, { data }]) => [id, (data as Client).work?.step] as const);
  const isHere = ([id]: readonly [string, unknown]): boolean => !parked.includes(id);
  expect(new Map(steps.filter(isHere))).toEqual(new Map([...rig.said].filter(isHere)));
  const wanted = new Map([...documents].map(([id, document]) => [id, contentOf(document)]));
  const standing = new Map(
    [...rows].map(([id, { version, name, step, note }]) => [id, { version, name, step, note }]),
  );
  expect(standing).toEqual(wanted);
  for (const name of systems) expectSystemEqual(rig, name, wanted);
}

function expectSystemEqual(rig: Rig, name: string, wanted: ReadonlyMap<string, object>): void {
  const { memory } = rig.byIntegration[name] ?? {};
  const standing = new Map([...(memory?.standing ?? [])].map(([id, { body }]) => [id, body]));
  expect([name, standing]).toEqual([name, wanted]);
  expect([name, memory?.disorder]).toEqual([name, []]);
}

/** What a destination should have of a document. */
function contentOf({ data, version }: DocumentItem): object {
  const { profile, work } = data as Client;
  return { version, name: profile.name ?? null, step: work?.step ?? null, note: work?.note ?? null };
}

/** Nothing waits, nothing is dead, and every destination is open. */
export async function expectNothingLeft(rig: Rig): Promise<void> {
  const operator = new Operator(rig);
  for (const name of [...ALL, "rows"]) {
    expect(await operator.integration(name)).toMatchObject({
      name,
      state: "open",
      pending: 0,
      deadLetters: 0,
    });
  }
  expect(await operator.pending()).toEqual([]);
  expect(await operator.deadLetters()).toEqual([]);
}

/**
 * Every request that a system saw has a delivery record, and every record a request, but for those whose connection
 * was refused; and the last record of each client says that its newest version was delivered, so that no more is to
 * come. Where tokens are given out, a request that is turned away is made again with a new one in one attempt.
 */
export async function expectEveryAttemptRecorded(rig: Rig, name: string): Promise<void> {
  const [documents, all] = await Promise.all([rig.documents(), rig.deliveries()]);
  const records = all.filter(({ integration, status }) => integration === name && status !== "ignored");
  const last = new Map(
    records.toSorted((a, b) => (a.at < b.at ? -1 : 1)).map((record) => [record.key, record]),
  );
  for (const [id, { version }] of documents) {
    expect(last.get(`client|${id}`)).toMatchObject({ status: "delivered", version });
  }
  const reached = records.filter(({ error }) => !(error ?? "").includes("ECONNREFUSED"));
  // One that a run wanted again has a key of that run.
  const keyOf = ({ key, version, run }: { key: string; version: number; run?: string }): string =>
    [key, version, ...(run === undefined ? [] : [run])].join(":");
  const { seen, door } = rig.byIntegration[name] ?? {};
  const attempts = (seen ?? []).filter(
    ({ outcome }) => !(door instanceof OAuthDoor && outcome === "turned away"),
  );
  expect(reached.map(keyOf).toSorted()).toEqual(attempts.map(({ key }) => key).toSorted());
}
