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
    const { status } = spawnSync(process.execPath, [...args, ...more], { cwd: root, stdio: "inherit" });
    const counts = readCounts(report);
    const fuzzed = fuzzFor > 0 && more.length === 0;
    const sound = !fuzzed || runFuzz(fuzzFor);
    const passed = counts.passed + (fuzzed && sound ? 1 : 0);
    const failed = (status === 0 ? counts.failed : Math.max(1, counts.failed)) + (sound ? 0 : 1);
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
    return failed > 0 ? 1 : passed > 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readCounts(report) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
