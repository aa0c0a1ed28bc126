// FTP servers of others: each with one account, whose home is the folder of the run, and without a log.
import { rmSync, writeFileSync, mkdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { canMakeAccount } from "./place.js";
import { findProgram, freePort, startProgram, succeeds, untilReady } from "./processes.js";

/** The pyftpdlib of the system's packages belongs to this one; another in the path may have its own. */
const pythons = ["/usr/bin/python3", "python3"];
/** Files of PAM: a service that checks a password and no more. */
const pamFolder = "/etc/pam.d";

/** Whether somebody greets there. @param {string} host @param {number} port @returns {Promise<boolean>} */
export function greets(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port }).setTimeout(2_000);
    const say = (/** @type {boolean} */ answer) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("data", say(true)).on("error", say(false)).on("close", say(false)).on("timeout", say(false));
  });
}

/** What keeps a server from running that changes to the user who logs in. @param {string} name @param {string} [pack] */
export function missingPrivileged(name, pack = name) {
  if (findProgram(name, pack) === undefined) return `${name} is not installed`;
  return canMakeAccount() ? undefined : `${name} needs root, and useradd for an account to log in to`;
}

/**
 * Starts one on a free port.
 *
 * @param {import("./place.js").Place} place @param {string} name
 * @param {{ user: string, password: string }} account
 * @param {(port: number) => readonly string[]} command Program and arguments.
 * @returns {Promise<import("./kinds.js").Server>}
 */
export async function startPeer(place, name, { user, password }, command) {
  const [host, port] = ["127.0.0.1", await freePort()];
  const [program = "", ...args] = command(port);
  const running = startProgram(place.endings, program, args);
  await untilReady(running, () => greets(host, port));
  return { name, host, port, user, password, pid: running.pid, stop: running.stop };
}

/** @param {import("./place.js").Place} place @param {Readonly<Record<string, string>>} [more] */
export function startVsftpd(place, more = {}) {
  const state = place.state("vsftpd");
  mkdirSync(join(state, "empty"));
  const service = place.account.user;
  const pam = join(pamFolder, service);
  writeFileSync(pam, "auth required pam_unix.so\naccount required pam_unix.so\n");
  place.endings.add(() => rmSync(pam, { force: true }));
  return startPeer(place, "vsftpd", place.account, (port) => {
    const settings = {
      ...{ listen: "YES", listen_address: "127.0.0.1", listen_port: port, background: "NO" },
      ...{ local_enable: "YES", anonymous_enable: "NO", write_enable: "YES", check_shell: "NO" },
      ...{ pam_service_name: service, seccomp_sandbox: "NO", secure_chroot_dir: join(state, "empty") },
      ...{ chroot_local_user: "YES", allow_writeable_chroot: "YES", max_clients: 0, max_per_ip: 0 },
      ...more,
    };
    const config = join(state, "vsftpd.conf");
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(config, lines.join(""));
    return [findProgram("vsftpd") ?? "", config];
  });
}

/** @param {import("./place.js").Place} place @param {readonly string[]} [more] Lines of its settings. */
export function startProftpd(place, more = []) {
  const state = place.state("proftpd");
  return startPeer(place, "proftpd", place.account, (port) => {
    const config = join(state, "proftpd.conf");
    const lines = [
      ...["ServerName bench", "ServerType standalone", "DefaultServer on", "SocketBindTight on"],
      ...["DefaultAddress 127.0.0.1", `Port ${port}`, "UseIPv6 off", "User nobody", "Group nogroup"],
      ...["AuthOrder mod_auth_unix.c", "AuthPAM off", "RequireValidShell off", "DefaultRoot ~", "DelayEngine off"],
      ...["UseReverseDNS off", "WtmpLog off", "TransferLog none", "SystemLog none", "AllowOverwrite on"],
      ...[`PidFile ${join(state, "pid")}`, `ScoreboardFile ${join(state, "scoreboard")}`, ...more],
    ];
    writeFileSync(config, `${lines.join("\n")}\n`);
    return [findProgram("proftpd", "proftpd-core") ?? "", "-n", "-c", config];
  });
}

/** @param {import("./place.js").Place} place @param {readonly string[]} [more] Arguments. */
export function startPureFtpd(place, more = []) {
  return startPeer(place, "pure-ftpd", place.account, (port) => [
    ...[findProgram("pure-ftpd") ?? "", "-S", `127.0.0.1,${port}`, "-l", "unix", "-A", "-H", "-4", "-f", "none"],
    ...["-c", "20000", "-C", "20000", ...more],
  ]);
}

const pythonWith = (/** @type {string} */ modules) =>
  pythons.find((each) => succeeds(each, ["-c", `import ${modules}`]));

/** What keeps pyftpdlib from running. @param {string} modules @returns {string | undefined} */
export const missingPyftpdlib = (modules) =>
  pythonWith(modules) === undefined ? `pyftpdlib is not installed (python3: import ${modules})` : undefined;

/** @param {import("./place.js").Place} place @param {{ modules: string, handler: string, settings?: readonly string[] }} how */
export function startPyftpdlib(place, { modules, handler, settings = [] }) {
  const account = { user: "bench", password: "bench" };
  return startPeer(place, "pyftpdlib", account, (port) => {
    const script = [
      ...["import logging", "from pyftpdlib.authorizers import DummyAuthorizer"],
      ...[`from pyftpdlib.handlers import ${handler} as Handler`, "from pyftpdlib.servers import FTPServer"],
      ...["logging.basicConfig(level=logging.ERROR)", "people = DummyAuthorizer()"],
      `people.add_user("${account.user}", "${account.password}", "${place.root}", perm="elradfmwMT")`,
      ...["Handler.authorizer = people", ...settings, `server = FTPServer(("127.0.0.1", ${port}), Handler)`],
      ...["server.max_cons = server.max_cons_per_ip = 0", "server.serve_forever()"],
    ];
    return [pythonWith(modules) ?? "", "-c", script.join("\n")];
  });
}

/** Their passwords are hashed by the system, which takes long on purpose. */
const hashedPasswords = { login: "its passwords are the system's, hashed" };

/** @type {import("./kinds.js").ServerKind} */
export const vsftpd = {
  name: "vsftpd",
  missing: () => missingPrivileged("vsftpd"),
  start: (place) => startVsftpd(place),
  refuses: hashedPasswords,
};

/** @type {import("./kinds.js").ServerKind} */
export const proftpd = {
  name: "proftpd",
  missing: () => missingPrivileged("proftpd", "proftpd-core"),
  start: (place) => startProftpd(place),
  refuses: hashedPasswords,
};

/** @type {import("./kinds.js").ServerKind} */
export const pureFtpd = {
  name: "pure-ftpd",
  missing: () => missingPrivileged("pure-ftpd"),
  start: (place) => startPureFtpd(place),
  refuses: hashedPasswords,
};

/** @type {import("./kinds.js").ServerKind} */
export const pyftpdlib = {
  name: "pyftpdlib",
  missing: () => missingPyftpdlib("pyftpdlib"),
  start: (place) => startPyftpdlib(place, { modules: "pyftpdlib", handler: "FTPHandler" }),
};
