// The server that client programs are compared against: vsftpd for anonymous users, who may write into `pub`. So it runs
// without root too.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { greets } from "../servers/ftp-peers.js";
import { findProgram, freePort, startProgram, untilReady } from "../servers/processes.js";

/** Another user of the system than root whose home is there, which vsftpd demands. */
function someUser() {
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  return users.map((line) => line.split(":")).find(([, , id, , , home]) => id !== "0" && existsSync(home ?? ""))?.[0];
}

/** @param {import("../servers/place.js").Place} place @returns {Promise<URL>} The folder that may be written. */
export async function startAnonymousVsftpd(place) {
  const state = place.state("vsftpd-clients");
  const port = await freePort();
  chmodSync(state, 0o755);
  for (const name of ["server", "server/pub", "empty"]) mkdirSync(join(state, name));
  chmodSync(join(state, "server/pub"), 0o777);
  const settings = {
    ...{ listen: "YES", listen_address: "127.0.0.1", listen_port: port, background: "NO" },
    ...{ anonymous_enable: "YES", local_enable: "NO", write_enable: "YES", anon_root: join(state, "server") },
    ...{ anon_upload_enable: "YES", anon_mkdir_write_enable: "YES", anon_other_write_enable: "YES" },
    ...{ anon_world_readable_only: "NO", anon_umask: "022", no_anon_password: "YES", ftp_username: someUser() },
    ...{ secure_chroot_dir: join(state, "empty"), seccomp_sandbox: "NO", max_per_ip: 0, max_clients: 0 },
    ...(process.getuid?.() === 0 ? {} : { run_as_launching_user: "YES" }),
  };
  const config = join(state, "vsftpd.conf");
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(config, lines.join(""));
  const running = startProgram(place.endings, findProgram("vsftpd") ?? "", [config]);
  await untilReady(running, () => greets("127.0.0.1", port));
  return new URL(`ftp://127.0.0.1:${port}/pub/`);
}
