// Our own server, as people run it: the command line, in a process of its own.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/bootstrap.js";
import { startProgram, untilReady } from "./processes.js";

/** What `serve` is told in every run: no more than a comparison asks for. */
const always = ["--listen", "127.0.0.1:0", "--log-level", "silent"];
const roomForMany = ["--max-sessions", "20000", "--max-sessions-per-address", "20000"];
const user = "bench";
const password = "bench";

/** @param {import("./place.js").Place} place @param {readonly string[]} args @param {string} scheme */
async function serve(place, args, scheme) {
  const program = join(root, "packages/twinport/bin/twinport.js");
  const env = { TWINPORT_USERS: `${user}:${password}` };
  const running = startProgram(place.endings, process.execPath, [program, "serve", ...args, ...always], env);
  const told = new RegExp(`${scheme}://[^\\n]*:(\\d+)\\s*\\n`);
  await untilReady(running, () => told.test(running.log()));
  const port = Number(told.exec(running.log())?.[1]);
  return { name: "twinport", host: "127.0.0.1", port, user, password, pid: running.pid, stop: running.stop };
}

/** The name of ours in every table. */
export const ourName = "twinport";

/** FTP in the clear. @type {import("./kinds.js").ServerKind} */
export const ours = {
  name: ourName,
  missing: () => undefined,
  start: (place) => serve(place, [place.root, ...roomForMany], "ftp"),
};

/** FTP under TLS; the certificate is made at the first start and used by the others too. @type {import("./kinds.js").ServerKind} */
export const oursUnderTls = {
  name: ourName,
  missing: () => undefined,
  start: async (place) => {
    const { cert, key } = certificateOf(place);
    const tls = ["--tls-self-signed", "--tls-cert", cert, "--tls-key", key];
    const server = await serve(place, [place.root, ...tls], "ftp");
    if (!existsSync(cert)) throw new Error("no certificate was made");
    return server;
  },
};

/** TFTP. @type {import("./kinds.js").ServerKind} */
export const oursByTftp = {
  name: ourName,
  missing: () => undefined,
  start: (place) => serve(place, [place.tftp, "--tftp", "127.0.0.1:0", "--tftp-write", "--tftp-overwrite"], "tftp"),
};

/** Where the certificate of a run lies. @param {import("./place.js").Place} place */
export const certificateOf = (place) => ({ cert: join(place.path, "cert.pem"), key: join(place.path, "key.pem") });
