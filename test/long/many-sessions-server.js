// node --expose-gc many-sessions-server.js FOLDER: our server over a folder, with room for 20,000 sessions. Tells its parent its
// port, and on any message what it holds.
import { readdirSync } from "node:fs";
import { FtpServer } from "../../packages/core/dist/ftp-server/index.js";
import { LocalStorage } from "../../packages/core/dist/storage/index.js";

const faults = [];
process.on("unhandledRejection", (cause) => faults.push(`unhandled rejection: ${cause?.stack ?? cause}`));
process.on("uncaughtException", (cause) => faults.push(`uncaught exception: ${cause?.stack ?? cause}`));

const storage = new LocalStorage({ root: process.argv[2] });
const server = new FtpServer({
  accounts: { login: ({ user }) => ({ name: user, storage }) },
  listeners: [{ host: "0.0.0.0", port: 0 }],
  limits: { sessions: 20_000 },
});
server.on("server-error", ({ doing, cause }) => faults.push(`${doing}: ${cause?.stack ?? cause}`));
await server.start();
process.send({ port: server.addresses[0].port });

process.on("message", () => {
  globalThis.gc();
  process.send({
    sessions: server.sessionCount,
    resident: process.memoryUsage.rss(),
    descriptors: readdirSync("/proc/self/fd").length,
    faults,
  });
});
process.on("disconnect", () => process.exit(0));
