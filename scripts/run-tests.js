// Runs vitest and prints its counts as one plain line.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./bootstrap.js";
import { runFuzz } from "./run-fuzz.js";

/**
 * Runs test projects; gives the exit code.
 *
 * @param more - Arguments for vitest.
 * @param fuzzFor - Seconds of fuzz that follow, unless single tests were asked for; it counts as one test.
 */
export function runProjects(projects, more, fuzzFor = 0) {
  const counts = [runVitest(projects, more)];
  if (fuzzFor > 0 && more.length === 0)
    counts.push(runFuzz(fuzzFor) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  return printCounts(counts);
}

/**
 * Runs test projects; gives how many tests passed and failed. A run that ends otherwise than by its tests counts as one that
 * failed.
 *
 * @param options.timeout - Milliseconds after which it is ended; 0 is never.
 * @param options.program - The Node that runs them. Default: that of this process.
 * @param options.env - Its environment. Default: that of this process.
 */
export function runVitest(projects, more, { timeout = 0, program = process.execPath, env = process.env } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "twinport-tests-"));
  const report = join(folder, "report.json");
  const args = [
    join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ];
  for (const project of projects) args.push("--project", project);
  try {
    const { status } = spawnSync(program, [...args, ...more], { cwd: root, stdio: "inherit", timeout, env });
    const { passed, failed } = readCounts(report);
    return { passed, failed: status === 0 ? failed : Math.max(1, failed) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints the sum of some counts as a plain line; gives the exit code. */
export function printCounts(counts) {
  const [passed, failed] = ["passed", "failed"].map((what) => counts.reduce((sum, count) => sum + count[what], 0));
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

function readCounts(report) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
