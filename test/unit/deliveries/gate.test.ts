import { describe, expect, it } from "vitest";
import { createGate, type Gate } from "../../../engine/deliveries/gate.ts";
import { defineIntegration } from "../../../engine/define/index.ts";
import { ClosedError } from "../../../engine/errors/closed-error.ts";
import { PermanentError } from "../../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../../engine/errors/retryable-error.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import { memoryPorts, type MemoryPorts } from "../sync/memory-ports.ts";
import { person } from "../sync/shop.ts";

const integration = defineIntegration(
  { name: "list", on: person },
  { settings: [], deliver: async () => ({ status: "delivered" }) },
);

function gateOf(ports: MemoryPorts, reopened: string[] = []): Gate {
  return createGate(integration, ports, createSettings({}, []), async () => void reopened.push("reopened"));
}

/** Makes an attempt that fails, and says with what. */
async function fail(gate: Gate, key: string, error: Error): Promise<unknown> {
  return gate.through(key, () => Promise.reject(error)).catch((reason: unknown) => reason);
}

const down = new RetryableError("down");

/** Five failures over three entities. */
async function breakDown(gate: Gate): Promise<void> {
  for (const key of ["a", "a", "b", "b", "c"]) await fail(gate, key, down);
}

describe("a gate", () => {
  it("closes after five failures in a row over three entities, for all hosts", async () => {
    const ports = memoryPorts();
    const [one, other] = [gateOf(ports), gateOf(ports)];
    for (const key of ["a", "a", "b", "b"]) await fail(one, key, down);
    expect(await one.closed()).toBeUndefined();
    await fail(one, "c", down);
    const closed = { reason: "paused", detail: "down", dueAt: ports.time + 1_000 };
    expect([await one.closed(), await other.closed()]).toEqual([closed, closed]);
  });

  it("stays open where something succeeds in between, where all of it is one entity's, and where it is not the destination's fault", async () => {
    const gate = gateOf(memoryPorts());
    for (const key of ["a", "b", "c", "d"]) await fail(gate, key, down);
    await gate.through("e", async () => "fine");
    for (const key of ["a", "b", "c", "d"]) await fail(gate, key, down);
    await fail(gate, "e", new PermanentError("no"));
    for (let n = 0; n < 9; n++) await fail(gate, "a", down);
    await gate.through("e", async () => "fine");
    for (const key of ["a", "b", "c", "d", "e"])
      await fail(gate, key, new RetryableError("deadlock", { own: true }));
    expect(await gate.closed()).toBeUndefined();
  });

  it("lets one attempt through when the pause is over; as long as that fails, the next pause is twice as long", async () => {
    const ports = memoryPorts();
    const pauses: number[] = [];
    // A host of its own each time: the breaker within a host keeps its own time.
    await breakDown(gateOf(ports));
    for (let n = 0; n < 9; n++) {
      const closed = await gateOf(ports).closed();
      pauses.push((closed?.dueAt ?? 0) - ports.time);
      ports.time = closed?.dueAt ?? 0;
      const gate = gateOf(ports);
      expect(await gate.closed()).toBeUndefined();
      expect(await gate.probing()).toBe(true);
      await breakDown(gate);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * 1_000));
  });

  it("opens with the first success after a pause, a refusal included, and says so once", async () => {
    for (const works of [
      (gate: Gate) => gate.through("a", async () => "fine"),
      (gate: Gate) => fail(gate, "a", new PermanentError("no such contact")),
    ]) {
      const ports = memoryPorts();
      const reopened: string[] = [];
      await breakDown(gateOf(ports));
      ports.time += 1_000;
      const gate = gateOf(ports, reopened);
      await works(gate);
      await works(gate);
      expect([await gate.probing(), reopened]).toEqual([false, ["reopened"]]);
    }
  });

  it("is not opened by what began before the pause", async () => {
    const ports = memoryPorts();
    const gate = gateOf(ports);
    const slow = Promise.withResolvers<string>();
    const early = gate.through("z", () => slow.promise);
    ports.time += 10;
    await fail(gate, "a", new RetryableError("too many", { retryAfterMs: 120_000 }));
    slow.resolve("fine");
    await early;
    expect(await gate.closed()).toMatchObject({ dueAt: ports.time + 120_000 });
  });

  it("closes for as long as the destination asks, where that is longer than a message is held", async () => {
    const ports = memoryPorts();
    const gate = gateOf(ports);
    await fail(gate, "a", new RetryableError("too many", { retryAfterMs: 20_000 }));
    expect(await gate.closed()).toBeUndefined();
    await fail(gate, "a", new RetryableError("too many", { retryAfterMs: 300_000 }));
    expect(await gate.closed()).toMatchObject({ reason: "paused", dueAt: ports.time + 300_000 });
  });

  it("lets nothing through while the breaker is open on this host", async () => {
    const ports = memoryPorts();
    const gate = gateOf(ports);
    await breakDown(gate);
    expect(await gate.through("d", async () => "fine").catch((error: unknown) => error)).toBeInstanceOf(
      ClosedError,
    );
  });
});
