// `npm run test:nodes`: the unit tests, and the interop tests of clients and servers, on the other versions of Node that are
// supported: `npm run test:nodes [-- 24 26] [--unit | --interop | --quick]`. Those versions are npm packages, pinned here.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { ensureBuilt, ensureInstalled } from "./bootstrap.js";
import { ensurePeers } from "./peers.js";
import { printCounts, runVitest } from "./run-tests.js";

/** The versions beside the one of this process. */
const versions = { 24: "24.22.3", 26: "26.12.1" };
/** What leans on Node most, for `--quick`: streams, sockets and TLS. */
const quickFiles = [
  "packages/core/test/net/",
  "packages/core/test/ftp-server/tls-",
  "packages/core/test/ftp-client/faults/",
];
const interopFiles = ["test/interop/clients.test.ts", "test/interop/servers.test.ts"];

const platform = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
const cache =
  process.env.TWINPORT_NODES ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "twinport-nodes");

/** Installs a version of Node where it is missing. @returns The path of its program. */
function installNode(version) {
  const folder = join(cache, `${platform}-${version}`);
  const program = join(folder, `node_modules/node-${platform}/bin`, process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(program)) return program;
  process.stderr.write(`Installing Node ${version} …\n`);
  // Under another name until it is whole: an installation that was ended half-way is begun anew.
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const args = ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", fresh, `node-${platform}@${version}`];
  const { status } = spawnSync("npm", args, { stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(`npm ${args.join(" ")} failed`);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return program;
}

/** What runs under a version of Node: so do the programs that the tests start by the name `node`. */
function environmentOf(program) {
  return { ...process.env, PATH: `${dirname(program)}${delimiter}${process.env.PATH ?? ""}` };
}

const given = process.argv.slice(2);
const flags = given.filter((word) => word.startsWith("-"));
const chosen = given.filter((word) => !word.startsWith("-"));
const known = ["--unit", "--interop", "--quick"];
const unknown = [...flags.filter((flag) => !known.includes(flag)), ...chosen.filter((major) => !(major in versions))];
if (unknown.length > 0) {
  process.stderr.write(`${unknown.join(" ")}: known are ${known.join(", ")}, ${Object.keys(versions).join(" and ")}\n`);
  process.exit(2);
}
const both = flags.length === 0;

ensureInstalled();
ensureBuilt();
if (both || flags.includes("--interop")) ensurePeers("test:nodes");
const counts = [];
for (const major of chosen.length > 0 ? chosen : Object.keys(versions)) {
  const program = installNode(versions[major]);
  const options = { program, env: environmentOf(program) };
  process.stderr.write(`Node ${versions[major]}\n`);
  if (both || flags.includes("--unit")) counts.push(runVitest(["unit"], [], options));
  if (flags.includes("--quick")) counts.push(runVitest(["unit"], quickFiles, options));
  if (both || flags.includes("--interop")) counts.push(runVitest(["interop"], interopFiles, options));
}
process.exit(printCounts(counts));
