// `npm run check`: format, lint, types, builds and the packages as they would be published. Stops at the first failure.
import { spawnSync } from "node:child_process";
import { ensureInstalled } from "./bootstrap.js";

ensureInstalled();
const steps = [
  ["format", "npx", ["prettier", "--check", "."]],
  ["types", "npx", ["tsc", "-p", "tsconfig.json"]],
  ["build", "npm", ["run", "--silent", "build"]],
  ["docs", "node", ["scripts/docs.js", "--check"]],
  ["lint", "npx", ["eslint", "--max-warnings=0", "."]],
  ["package core", "npx", ["publint", "--strict", "packages/core"]],
  ["package twinport", "npx", ["publint", "--strict", "packages/twinport"]],
  ["types of core", "npx", ["attw", "--profile", "esm-only", "--pack", "packages/core"]],
];
for (const [name, command, args] of steps) {
  process.stdout.write(`check: ${name}\n`);
  const { status } = spawnSync(command, args, { stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) {
    process.stderr.write(`check: ${name} failed\n`);
    process.exit(status ?? 1);
  }
}
process.stdout.write("check: all passed\n");
