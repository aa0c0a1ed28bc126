// Programs of this machine: found, started, ended with all their children.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { peersFolder } from "../../scripts/peers.js";
import { processTree } from "./usage.js";

/** Milliseconds that a program has to end by itself, and that a server has to begin. */
const endLimit = 3_000;
const startLimit = 15_000;
const pollInterval = 20;
/** Characters of what a program says that are kept. */
const keptLog = 4_000;

/** A program that runs. @typedef {{ pid: number, log: () => string, hasEnded: () => boolean, stop: () => void }} Running */

/**
 * A program of the path, of /usr/sbin, or of where the interop tests unpack servers.
 *
 * @param {string} name @param {string} [pack] The Debian package that it is unpacked from.
 * @returns {string | undefined}
 */
export function findProgram(name, pack = name) {
  const folders = [...(process.env.PATH ?? "").split(":").filter(Boolean), "/usr/sbin"];
  const places = [...folders, join(peersFolder, pack, "usr/sbin")].map((folder) => join(folder, name));
  return places.find((path) => existsSync(path));
}

/** Whether a program ends well. @param {string} program @param {readonly string[]} args */
export const succeeds = (program, args) => spawnSync(program, args, { stdio: "ignore" }).status === 0;

/**
 * Starts a program in a process group of its own.
 *
 * @param {import("../endings.js").Endings} endings
 * @param {string} command @param {readonly string[]} args @param {NodeJS.ProcessEnv} [env] What its environment has more.
 * @returns {Running}
 */
export function startProgram(endings, command, args, env = {}) {
  const child = spawn(command, args, {
    ...{ detached: true, stdio: ["ignore", "pipe", "pipe"] },
    env: { ...process.env, LC_ALL: "C.UTF-8", ...env },
  });
  let log = "";
  const keep = (/** @type {string} */ text) => (log = `${log}${text}`.slice(-keptLog));
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  child.on("error", (error) => keep(error.message));
  const { pid = 0 } = child;
  const hasEnded = () => pid === 0 || child.exitCode !== null || child.signalCode !== null;
  return { pid, log: () => log, hasEnded, stop: endings.add(() => hasEnded() || endTree(pid)) };
}

/** Ends a process and all below it, and waits for that: the signals of some do not reach their children. */
function endTree(pid) {
  const tree = processTree(pid);
  signal([-pid, pid], "SIGTERM");
  const patience = performance.now() + endLimit;
  while (tree.some((each) => isAlive(each)) && performance.now() < patience) sleep(pollInterval);
  signal([-pid, ...tree.filter((each) => isAlive(each))], "SIGKILL");
}

const isAlive = (/** @type {number} */ pid) => processTree(pid).length > 0;

/** @param {readonly number[]} targets @param {NodeJS.Signals} name */
function signal(targets, name) {
  for (const target of targets) {
    try {
      process.kill(target, name);
    } catch {
      // It has ended before.
    }
  }
}

/** Blocks: endings run where nothing can be waited for. @param {number} milliseconds */
function sleep(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** A port of 127.0.0.1 that nobody listens on now. @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Waits until a program is ready.
 *
 * @param {Running} running @param {() => Promise<boolean> | boolean} isReady
 * @throws {Error} With what it said, when it ends before or takes too long.
 */
export async function untilReady(running, isReady) {
  for (let waited = 0; waited < startLimit && !running.hasEnded(); waited += pollInterval) {
    if (await isReady()) return;
    await new Promise((resolve) => setTimeout(resolve, pollInterval));
  }
  running.stop();
  throw new Error(`it does not start: ${running.log().trim().slice(-300)}`);
}
