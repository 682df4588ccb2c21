import { defineConfig } from "vitest/config";

// What takes long and kills on purpose: npm run test:faults.
export default defineConfig({
  test: {
    include: ["test/faults/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
});
