import { defineConfig } from "vitest/config";

const slow = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      // Properties take seconds, and more on a busy machine.
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 30_000 } },
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
