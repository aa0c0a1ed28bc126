// node soak-server.js: the servers of the soak, FTP (plain, with AUTH TLS, with implicit TLS) and TFTP, over one folder.
// Tells its parent each second what it holds; ends when told to, and tells once more.
import { readdirSync } from "node:fs";
import { FtpServer } from "../../packages/core/dist/ftp-server/index.js";
import { LocalStorage } from "../../packages/core/dist/storage/index.js";
import { TftpServer } from "../../packages/core/dist/tftp/index.js";

/** Milliseconds for which a broken upload is kept: short, so that what is kept comes and goes many times. */
const keepBrokenUploads = 10_000;
const faults = [];
process.on("unhandledRejection", (cause) => faults.push(`unhandled rejection: ${cause?.stack ?? cause}`));
process.on("uncaughtException", (cause) => faults.push(`uncaught exception: ${cause?.stack ?? cause}`));

const counts = { uploads: 0, downloads: 0, broken: 0, logins: 0, tftp: 0, octets: 0 };
let servers;

async function start({ root, certificate }) {
  const storage = new LocalStorage({ root, keepBrokenUploads });
  const ftp = new FtpServer({
    accounts: { login: ({ user }) => ({ name: user, storage, home: `/${user}` }) },
    listeners: [
      { host: "127.0.0.1", port: 0 },
      { host: "127.0.0.1", port: 0, tls: "implicit" },
    ],
    tls: { certificates: [certificate] },
    deflate: true,
  });
  const tftp = new TftpServer({
    storage,
    listeners: [{ host: "127.0.0.1", port: 0 }],
    write: { create: true, overwrite: true },
  });
  ftp.on("server-error", ({ doing, cause }) => faults.push(`${doing}: ${cause?.stack ?? cause}`));
  tftp.on("server-error", ({ doing, cause }) => faults.push(`TFTP, ${doing}: ${cause?.stack ?? cause}`));
  ftp.on("login", () => counts.logins++);
  ftp.on("upload", ({ bytes }) => {
    counts.uploads++;
    counts.octets += bytes;
  });
  ftp.on("download", ({ bytes }) => {
    counts.downloads++;
    counts.octets += bytes;
  });
  ftp.on("upload-broken", () => counts.broken++);
  ftp.on("download-broken", () => counts.broken++);
  await ftp.start();
  await tftp.start();
  servers = { ftp, tftp, storage };
  const [plain, implicit] = ftp.addresses;
  process.send({ ports: { ftp: plain.port, implicit: implicit.port, tftp: tftp.addresses[0].port } });
  setInterval(tell, 1000).unref();
}

function tell() {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send({
    sample: {
      rss,
      heap: heapUsed + external,
      descriptors: process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0,
      sessions: servers.ftp.sessionCount,
      armed: servers.ftp.passivePortsArmed,
      transfers: servers.tftp.transferCount,
      ...counts,
      tftp: servers.tftp.counters.requests,
      faults: faults.splice(0),
    },
  });
}

process.on("message", async (message) => {
  if (message.start !== undefined) return start(message.start);
  if (message.tell === true) return tell();
  await servers.ftp.stop();
  await servers.tftp.stop();
  await servers.storage.close();
  process.send({ stopped: true });
  process.disconnect();
});
process.on("disconnect", () => process.exit(0));
