import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Tests import sources, not builds: the export condition says so. Forked processes use `dist`. */
export default defineConfig({
  resolve: { conditions: ["@twinport/source", "node", "import", "default"] },
  ssr: { resolve: { conditions: ["@twinport/source", "node", "import", "default"] } },
  test: {
    // The tests wait more than they work: a core need not be kept free for the runner.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/*/test/**/*.test.ts", "test/{architecture,bench,examples,faults}/**/*.test.ts"],
          // Tests of the command line start a dozen processes each: on a busy machine that takes its time.
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: "interop",
          include: ["test/interop/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: "long",
          include: ["test/long/**/*.test.ts"],
          testTimeout: 1_800_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
