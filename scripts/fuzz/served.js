// The process under fire: an FTP server (plain, with AUTH TLS, and with implicit TLS) and a TFTP server over a folder, and what
// watches them. Told of and asked by messages of its parent.
import { readdirSync, readFileSync } from "node:fs";
import { FtpServer } from "../../packages/core/dist/ftp-server/index.js";
import { LocalStorage, MemoryStorage } from "../../packages/core/dist/storage/index.js";
import { TftpServer } from "../../packages/core/dist/tftp/index.js";

/** Milliseconds between two beats of the watch. */
const beat = 10;
const faults = [];
const fault = (what, cause) => faults.push(`${what}: ${cause?.stack ?? cause}`);
process.on("unhandledRejection", (cause) => fault("unhandled rejection", cause));
process.on("uncaughtException", (cause) => fault("uncaught exception", cause));

/** Milliseconds that this thread has computed: unlike the clock it stands still while other processes have the processor. */
function computed() {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "latin1").split(" ");
    return Number(nanoseconds) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}

let longest = 0;
let before = computed();
setInterval(() => {
  const now = computed();
  longest = Math.max(longest, now - before);
  before = now;
}, beat).unref();

function start({ root, certificate }) {
  const local = new LocalStorage({ root });
  const memory = new MemoryStorage({ maxBytes: 4_000_000 });
  const limits = {
    sessions: 500,
    loginDelay: 1,
    loginDelayMax: 2,
    loginTimeout: 5_000,
    idleTimeout: 5_000,
    dataConnectionTimeout: 200,
    handshakeTimeout: 200,
    stallTimeout: 1_000,
    quietEnd: 100,
    inflatedSize: 8_000_000,
    closeTimeout: 200,
  };
  const ftp = new FtpServer({
    accounts: {
      login: ({ user, password }) =>
        password === "wrong" ? { refused: "credentials" } : { name: user, storage: user === "local" ? local : memory },
    },
    listeners: [
      { host: "127.0.0.1", port: 0 },
      { host: "127.0.0.1", port: 0, tls: "implicit" },
    ],
    tls: { certificates: [certificate] },
    deflate: true,
    limits,
  });
  const tftp = new TftpServer({
    storage: local,
    listeners: [{ host: "127.0.0.1", port: 0 }],
    write: { create: true, overwrite: true },
    limits: { initialTimeout: 50, longestTimeout: 100, dally: 100, retries: 2, firstRetries: 1, openTimeout: 1_000 },
  });
  ftp.on("server-error", ({ doing, cause }) => fault(`the server failed ${doing}`, cause));
  tftp.on("server-error", ({ doing, cause }) => fault(`the TFTP server failed ${doing}`, cause));
  return { ftp, tftp, local };
}

const descriptors = () => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0);

let servers;
const answers = {
  async start(options) {
    servers = start(options);
    await servers.ftp.start();
    await servers.tftp.start();
    const [plain, implicit] = servers.ftp.addresses;
    return { ftp: plain.port, implicit: implicit.port, tftp: servers.tftp.addresses[0].port };
  },
  /** What there is now; `longest` is the longest time computed between two beats since the last question. */
  state() {
    const state = {
      sessions: servers.ftp.sessionCount,
      armed: servers.ftp.passivePortsArmed,
      transfers: servers.tftp.transferCount,
      descriptors: descriptors(),
      longest,
      faults: faults.splice(0),
    };
    longest = 0;
    return state;
  },
  memory() {
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    before = computed();
    return heapUsed + arrayBuffers;
  },
  async stop() {
    await servers.ftp.stop();
    await servers.tftp.stop();
    await servers.local.close();
    return descriptors();
  },
};

process.on("message", async ({ id, question, options }) => {
  try {
    process.send({ id, answer: await answers[question](options) });
  } catch (cause) {
    process.send({ id, answer: undefined, error: String(cause?.stack ?? cause) });
  }
});
process.on("disconnect", () => process.exit(0));
