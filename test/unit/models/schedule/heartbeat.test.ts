import { expect, test } from "vitest";
import { isTickLate, recordTick, TICK_MS, tickAge } from "../../../../engine/models/schedule/heartbeat.ts";
import { memoryPorts } from "../../sync/memory-ports.ts";

test("a timer that never ticked is late", async () => {
  const ports = memoryPorts();
  expect(await tickAge(ports)).toBeNull();
  expect(isTickLate(null)).toBe(true);
});

test("ticks that stay away for two periods are late, and the next one warns of the gap", async () => {
  const warned: unknown[] = [];
  const ports = Object.assign(memoryPorts(), {
    log: (level: string, _message: string, facts?: object) => warned.push({ level, ...facts }),
  });
  await recordTick(ports);
  ports.time += 2 * TICK_MS;
  expect(await tickAge(ports)).toBe(2 * TICK_MS);
  expect(isTickLate(await tickAge(ports))).toBe(false);
  await recordTick(ports);
  expect(warned).toEqual([]);

  ports.time += 2 * TICK_MS + 1;
  expect(isTickLate(await tickAge(ports))).toBe(true);
  await recordTick(ports);
  expect(warned).toEqual([{ level: "warn", gapMs: 2 * TICK_MS + 1, periodMs: TICK_MS }]);
  expect(await tickAge(ports)).toBe(0);
});

test("how often it ticks may be said", () => {
  expect(isTickLate(500, 100)).toBe(true);
  expect(isTickLate(200, 100)).toBe(false);
});
