import { defineConfig } from "vitest/config";

// Tests run against the compiled files in packages/*/dist: what is tested is what is shipped,
// and workers start from the same files as they do for a user.
export default defineConfig({
  test: {
    include: ["packages/*/dist/**/*.test.js", "tests/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
