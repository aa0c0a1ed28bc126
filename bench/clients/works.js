// What client programs do, whole commands from their start to their end: a file fetched and put, a tree of small files
// mirrored by four sessions, and a tree mirrored again of which nothing has changed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/bootstrap.js";
import { makeTree } from "./site.js";

/** Milliseconds that one command may take. */
const commandLimit = 600_000;
const ours = [process.execPath, join(root, "packages/twinport/bin/twinport.js")];

/** @typedef {import("./programs.js").ClientProgram} ClientProgram */

/** Runs a command to its end. @param {readonly string[]} command @returns {Promise<number>} Seconds. */
async function time([program = "", ...args]) {
  const begun = performance.now();
  const child = spawn(program, args, { timeout: commandLimit, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said.trim().slice(-300)}`);
  return (performance.now() - begun) / 1000;
}

/** Brings to the server what is fetched, once in a run. @param {ClientProgram} program @param {string} name @param {() => Promise<unknown>} fill */
async function provide({ site }, name, fill) {
  if (site.isFilled.has(name)) return;
  await fill();
  site.isFilled.add(name);
}

/** @param {ClientProgram} program @param {string} name @param {number} count */
function provideTree(program, name, count) {
  return provide(program, name, async () => {
    const path = join(program.here, "..", `client-${name}-tree`);
    makeTree(path, count);
    const to = program.site.url.href.replace(/\/?$/, "/");
    await time([...ours, "mirror", path, `${to}${name}`, "--progress", "none"]);
  });
}

const putBig = (/** @type {ClientProgram} */ { site }) =>
  time([...ours, "put", "-q", site.big, `${site.url.href.replace(/\/?$/, "/")}big`]);

/** @param {string} path @param {number} expected @throws {Error} When another number of files is there. */
function checkTree(path, expected) {
  const found = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
  if (found !== expected) throw new Error(`${found} of ${expected} files came`);
}

/** @returns {import("../rows/row.js").Work} */
function clientWork(name, run, prepare) {
  return {
    rows: [{ name, unit: "s", better: "less" }],
    ...(prepare && { prepare }),
    run: async (program, sizes) => ({ [name]: { value: await run(program, sizes) } }),
  };
}

const provideBig = (place, { clientFile }) => place.provideFile(join(place.path, "client-big"), clientFile);

export const clientWorks = [
  clientWork(
    "client-get",
    async (program, { clientFile }) => {
      await provide(program, "big", () => putBig(program));
      const path = join(program.here, "back");
      rmSync(path, { force: true });
      const seconds = await time(program.commandFor("client-get"));
      const { size } = statSync(path);
      rmSync(path);
      if (size !== clientFile) throw new Error(`${size} of ${clientFile} octets came`);
      return seconds;
    },
    provideBig,
  ),
  clientWork(
    "client-put",
    async (program) => {
      // All write over the same file: the first must not be the only one that makes it.
      await provide(program, "up", () => time(program.commandFor("client-put")));
      return time(program.commandFor("client-put"));
    },
    provideBig,
  ),
  clientWork("client-mirror", async (program, { clientFiles }) => {
    await provideTree(program, "small", clientFiles);
    const path = join(program.here, "small");
    rmSync(path, { recursive: true, force: true });
    const seconds = await time(program.commandFor("client-mirror"));
    checkTree(path, clientFiles);
    return seconds;
  }),
  clientWork("client-mirror-again", async (program, { clientUnchanged }) => {
    await provideTree(program, "many", clientUnchanged);
    const path = join(program.here, "many");
    // Each program compares with what it fetched itself.
    if (!existsSync(path)) await time(program.commandFor("client-mirror-again"));
    const seconds = await time(program.commandFor("client-mirror-again"));
    checkTree(path, clientUnchanged);
    return seconds;
  }),
];
