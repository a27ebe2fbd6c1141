import { defineConfig } from "vitest/config";

// Tests run against the compiled files in packages/*/dist: what is tested is what is shipped,
// and workers start from the same files as they do for a user.
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    // Tests wait for processes and files a fifth of their time: three keep two cores busy.
    maxWorkers: 3,
    // Node loads what is tested, as it does for a user.
    server: { deps: { external: [/\/packages\/[\w-]+\/dist\/(?!.*\.(test|testing)\.js)/] } },
    projects: [
      // Beside the source; quick: npx vitest --project unit
      // Those of one process share what they import; no test changes it.
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/dist/**/*.test.js"],
          isolate: false,
          setupFiles: ["tests/forget-pipes.ts"],
        },
      },
      // The whole program, as it is typed.
      { extends: true, test: { name: "program", include: ["tests/**/*.test.ts"] } },
    ],
  },
});
