/** Real FTP servers on a free port of loopback, each with one user and a folder of its own. */
import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, makeFolder, run, start, waitForGreeting, type Running } from "./processes.ts";

/** The system's user that the servers let in; made for the tests. */
export const peerUser = "twinport-test";
/** Its password: it holds on loopback, while the tests run. */
export const peerPassword = "twinport-test-secret";

/** A running server. */
export interface Peer {
  readonly name: string;
  readonly port: number;
  /** The folder that the user sees; as a path in the server's own terms, where it does not lock users in. */
  readonly home: string;
  /** What goes before a path of the user's in commands: empty where the login folder is the root. */
  stop(): Promise<void>;
}

const folder = process.env["TWINPORT_PEERS"] ?? "/opt/twinport-peers-interop";
const program = (name: string, path: string): string => join(folder, name, path);

/** Makes the user. @param home - Its folder. */
async function makeUser(home: string): Promise<{ uid: number; gid: number }> {
  await run("useradd", ["-M", "-d", home, "-s", "/bin/bash", peerUser], { mayFail: true });
  await run("usermod", ["-d", home, peerUser]);
  await run("chpasswd", [], { input: `${peerUser}:${peerPassword}\n` });
  const { stdout } = await run("sh", ["-c", `id -u ${peerUser}; id -g ${peerUser}`]);
  const [uid = 0, gid = 0] = stdout.trim().split("\n").map(Number);
  return { uid, gid };
}

/** Removes the user. */
export async function removeUser(): Promise<void> {
  await run("userdel", [peerUser], { mayFail: true });
}

type Starter = (place: { readonly port: number; readonly state: string; readonly home: string }) => Promise<Running>;

const starters: Readonly<Record<string, Starter>> = {
  vsftpd: async ({ port, state }) => {
    await mkdir(join(state, "empty"));
    await writeFile("/etc/pam.d/twinport-test", "auth required pam_unix.so\naccount required pam_unix.so\n");
    const config = join(state, "vsftpd.conf");
    const settings = {
      listen: "YES",
      listen_address: "127.0.0.1",
      listen_port: port,
      background: "NO",
      local_enable: "YES",
      anonymous_enable: "NO",
      write_enable: "YES",
      check_shell: "NO",
      pam_service_name: "twinport-test",
      seccomp_sandbox: "NO",
      allow_writeable_chroot: "YES",
      chroot_local_user: "YES",
      secure_chroot_dir: join(state, "empty"),
    };
    await writeFile(
      config,
      Object.entries(settings)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(""),
    );
    return start(program("vsftpd", "usr/sbin/vsftpd"), [config]);
  },
  proftpd: async ({ port, state }) => {
    const config = join(state, "proftpd.conf");
    await writeFile(
      config,
      `ServerName test\nServerType standalone\nDefaultServer on\nSocketBindTight on\nDefaultAddress 127.0.0.1\nPort ${port}
UseIPv6 off\nUser nobody\nGroup nogroup\nAuthOrder mod_auth_unix.c\nAuthPAM off\nRequireValidShell off\nDefaultRoot ~
UseReverseDNS off\nWtmpLog off\nTransferLog none\nSystemLog ${join(state, "log")}\nPidFile ${join(state, "pid")}
ScoreboardFile ${join(state, "scoreboard")}\nDelayEngine off\nAllowOverwrite on\nAllowStoreRestart on\nAllowRetrieveRestart on\n`,
    );
    return start(program("proftpd-core", "usr/sbin/proftpd"), ["-n", "-c", config]);
  },
  "pure-ftpd": async ({ port }) =>
    start(program("pure-ftpd", "usr/sbin/pure-ftpd"), ["-S", `127.0.0.1,${port}`, "-l", "unix", "-A", "-H", "-4"]),
  pyftpdlib: async ({ port, home }) =>
    start("/usr/bin/python3", [
      "-c",
      `import logging
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
logging.basicConfig(level=logging.ERROR)
people = DummyAuthorizer()
people.add_user("${peerUser}", "${peerPassword}", "${home}", perm="elradfmwMT")
FTPHandler.authorizer = people
FTPServer(("127.0.0.1", ${port}), FTPHandler).serve_forever()`,
    ]),
  inetutils: async ({ port }) =>
    start("tcpsvd", ["-c", "50", "127.0.0.1", String(port), program("inetutils-ftpd", "usr/sbin/ftpd"), "-l"]),
};

/** The servers there are. */
export const peerNames: readonly string[] = Object.keys(starters);

/** Starts a server. */
export async function startPeer(name: string): Promise<Peer> {
  const starter = starters[name];
  if (starter === undefined) throw new Error(`There is no server ${name}`);
  const state = await makeFolder();
  const home = join(state.path, "home");
  await mkdir(home);
  const { uid, gid } = await makeUser(home);
  await chown(home, uid, gid);
  const port = await freePort();
  const running = await starter({ port, state: state.path, home });
  await waitForGreeting(port);
  return {
    name,
    port,
    home,
    stop: async () => {
      await running.stop();
      await state.remove();
    },
  };
}
