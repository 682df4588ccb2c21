import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const slow = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    reporters: ["default"],
    // By itself vitest leaves one processor idle, which of two is half of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      // Properties take seconds, and more on a busy machine. What is under test here has no state outside its tests, so
      // that files can share what they import: loading it anew for each took as long as the tests themselves.
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 30_000, isolate: false } },
      { test: { name: "contract", include: ["test/contract/**/*.test.ts"], ...slow } },
      // Each flow runs a whole stack of its own: one at a time, so that two cores do not make them slow.
      {
        test: {
          name: "flows",
          include: ["test/flows/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
