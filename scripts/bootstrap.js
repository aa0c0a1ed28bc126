// What a fresh clone lacks is installed and built: plain JavaScript, nothing but Node and npm.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`Node 20.19 or newer is needed; this is ${process.versions.node}.\n`);
  process.exit(1);
}

/** Runs a step with its output on stderr, and ends the process when it fails. */
function step(what, command, args) {
  process.stderr.write(`${what} …\n`);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status === 0) return;
  process.stderr.write(`${what} failed: ${command} ${args.join(" ")}\n`);
  process.exit(status ?? 1);
}

/** Installs the packages of the lock file, where they are missing or older than it. */
export function ensureInstalled() {
  const installed = join(root, "node_modules/.package-lock.json");
  const fresh =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
  if (!fresh) step("Installing", "npm", ["ci", "--no-audit", "--no-fund"]);
}

/** Builds what is missing or older than its sources. */
export function ensureBuilt() {
  const [core, twinport] = ["core", "twinport"].map((name) => newest(join(root, "packages", name, "src")));
  const built = [
    ["core/dist/.tsbuildinfo", core],
    ["twinport/build/.tsbuildinfo", twinport],
    ["twinport/dist/main.js", Math.max(core, twinport)],
  ];
  const isFresh = ([name, sources]) => {
    const path = join(root, "packages", name);
    return existsSync(path) && statSync(path).mtimeMs >= sources;
  };
  if (built.every(isFresh)) return;
  step("Building", "npm", ["run", "--silent", "build"]);
}

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}
