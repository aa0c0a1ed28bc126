// `npm run bench`: our server over loopback, from this process. A start: figures to compare one change with the next on
// one machine. `npm run bench -- noop retr` runs the rows that are named, `npm run bench -- client` our client beside others.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root } from "../scripts/bootstrap.js";

ensureInstalled();
ensureBuilt();

if (process.argv[2] === "client") {
  await import("./client.js");
  process.exit();
}

const size = 512 * 1024 * 1024;
const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "twinport-bench-"));

/** A control connection that answers one command after the other. */
class Control {
  #text = "";
  #wake;
  constructor(socket) {
    this.socket = socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (chunk) => {
      this.#text += chunk;
      this.#wake?.();
    });
  }
  static async logIn(port) {
    const socket = connect({ port, host: "127.0.0.1" });
    const control = new Control(socket);
    await control.reply();
    await control.command("USER bench");
    await control.command("PASS bench");
    await control.command("TYPE I");
    return control;
  }
  async reply() {
    for (;;) {
      const end = this.#text.indexOf("\r\n");
      if (end !== -1) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return line;
      }
      await new Promise((resolve) => (this.#wake = resolve));
    }
  }
  async command(line) {
    this.socket.write(`${line}\r\n`);
    const reply = await this.reply();
    if (/^[45]/.test(reply)) throw new Error(`${line}: ${reply}`);
    return reply;
  }
  async data() {
    const port = Number(/\|(\d+)\|/.exec(await this.command("EPSV"))[1]);
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    const socket = connect({ port, host: "127.0.0.1", onread: { buffer, callback: () => true } });
    await once(socket, "connect");
    return socket;
  }
  async retrieve(name) {
    const data = await this.data();
    await this.command(`RETR ${name}`);
    await once(data, "end");
    await this.reply();
  }
  async store(name, octets) {
    const data = await this.data();
    await this.command(`STOR ${name}`);
    const block = Buffer.alloc(Math.min(octets, 1024 * 1024), 7);
    for (let left = octets; left > 0; left -= block.length) {
      if (!data.write(left < block.length ? block.subarray(0, left) : block)) await once(data, "drain");
    }
    data.end();
    await this.reply();
  }
}

const times = async (count, work) => {
  const begun = performance.now();
  for (let i = 0; i < count; i++) await work(i);
  return count / ((performance.now() - begun) / 1000);
};

const rows = {
  retr: ["MB/s", async (control) => ((await times(3, () => control.retrieve("big"))) * size) / 1e6],
  stor: ["MB/s", async (control) => ((await times(3, () => control.store("up", size))) * size) / 1e6],
  "small-stor": ["files/s", (control) => times(1000, (i) => control.store(`small-${i}`, 4096))],
  "small-retr": [
    "files/s",
    async (control) => {
      await control.store("small", 4096);
      return times(1000, () => control.retrieve("small"));
    },
  ],
  noop: ["/s", (control) => times(20_000, () => control.command("NOOP"))],
  login: ["/s", (_, port) => times(500, async () => (await Control.logIn(port)).socket.destroy())],
};

const file = openSync(join(folder, "big"), "w");
ftruncateSync(file, size);
closeSync(file);
const server = spawn(
  process.execPath,
  [
    join(root, "packages/twinport/bin/twinport.js"),
    "serve",
    folder,
    "--listen",
    "127.0.0.1:0",
    "--log-level",
    "silent",
  ],
  { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, TWINPORT_USERS: "bench:bench" } },
);
try {
  const [line] = await once(server.stdout, "data");
  const port = Number(/:(\d+)\s*$/.exec(line.toString().trim())[1]);
  const wanted = process.argv.slice(2);
  process.stdout.write("| work | median of 3 | unit |\n|---|---|---|\n");
  for (const [name, [unit, work]] of Object.entries(rows)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const control = await Control.logIn(port);
    const figures = [await work(control, port), await work(control, port), await work(control, port)];
    control.socket.destroy();
    process.stdout.write(`| ${name} | ${figures.sort((a, b) => a - b)[1].toFixed(0)} | ${unit} |\n`);
  }
} finally {
  server.kill("SIGTERM");
  await once(server, "exit");
  rmSync(folder, { recursive: true, force: true });
}
