// The fuzz as a part of the tests: a process of its own, whose outcome counts as one test more.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./bootstrap.js";

/** Runs it for so long; gives whether no fault was found. */
export function runFuzz(seconds) {
  const { status } = spawnSync(process.execPath, [join(root, "scripts/fuzz.js"), String(seconds)], {
    stdio: "inherit",
  });
  return status === 0;
}
