/** Real FTP servers on a free port of loopback, each with one user and a folder of its own. */
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeAuthority } from "../../packages/core/test/support/certificates.ts";
import { freePort, makeFolder, run, start, waitForGreeting, type Running } from "./processes.ts";

/** The system's user that the servers let in; made for the tests. Two runs at once need one each. */
export const peerUser = process.env["TWINPORT_TEST_USER"] ?? "twinport-test";
/** Its password: it holds on loopback, while the tests run. */
export const peerPassword = "twinport-test-secret";

/** Where the servers are that exchange data with other servers: an address that the client has not. */
export const foreignPeerHost = "127.0.0.4";

/** A running server. */
export interface Peer {
  readonly name: string;
  readonly port: number;
  /** The folder that the user sees; as a path in the server's own terms, where it does not lock users in. */
  readonly home: string;
  /** The file with the authority of its certificate; there for secure servers only. */
  readonly authority: string;
  stop(): Promise<void>;
}

const folder = process.env["TWINPORT_PEERS"] ?? "/opt/twinport-peers-interop";
/** A program of an unpacked Debian package. */
export const program = (name: string, path: string): string => join(folder, name, path);

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

interface Place {
  readonly host: string;
  readonly port: number;
  readonly state: string;
  readonly home: string;
}
type Starter = (place: Place) => Promise<Running>;

async function startVsftpd({ host, port, state }: Place, more: Readonly<Record<string, string>>): Promise<Running> {
  await mkdir(join(state, "empty"));
  await writeFile("/etc/pam.d/twinport-test", "auth required pam_unix.so\naccount required pam_unix.so\n");
  const config = join(state, "vsftpd.conf");
  const settings = {
    listen: "YES",
    listen_address: host,
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
    ...more,
  };
  await writeFile(
    config,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
  return start(program("vsftpd", "usr/sbin/vsftpd"), [config]);
}

async function startProftpd({ host, port, state }: Place, more: string): Promise<Running> {
  const config = join(state, "proftpd.conf");
  await writeFile(
    config,
    `ServerName test\nServerType standalone\nDefaultServer on\nSocketBindTight on\nDefaultAddress ${host}\nPort ${port}
UseIPv6 off\nUser nobody\nGroup nogroup\nAuthOrder mod_auth_unix.c\nAuthPAM off\nRequireValidShell off\nDefaultRoot ~
UseReverseDNS off\nWtmpLog off\nTransferLog none\nSystemLog ${join(state, "log")}\nPidFile ${join(state, "pid")}
ScoreboardFile ${join(state, "scoreboard")}\nDelayEngine off\nAllowOverwrite on\nAllowStoreRestart on\nAllowRetrieveRestart on\n${more}`,
  );
  return start(program("proftpd-core", "usr/sbin/proftpd"), ["-n", "-c", config]);
}

/** Secure servers, each with the strictest of its ways to bind data connections to their session. */
const secureStarters: Readonly<Record<string, Starter>> = {
  vsftpd: async (place) => {
    const { cert, key } = await writeCertificate(place.state);
    return startVsftpd(place, {
      ssl_enable: "YES",
      rsa_cert_file: cert,
      rsa_private_key_file: key,
      ssl_ciphers: "HIGH",
      require_ssl_reuse: "YES",
      force_local_logins_ssl: "YES",
      force_local_data_ssl: "YES",
    });
  },
  proftpd: async (place) => startProftpd(place, await proftpdTls(place)),
};

async function proftpdTls({ state }: Place): Promise<string> {
  const { cert, key } = await writeCertificate(state);
  return `ModulePath ${program("proftpd-mod-crypto", "usr/lib/proftpd")}\nLoadModule mod_tls.c\nTLSEngine on\nTLSRequired on
TLSECCertificateFile ${cert}\nTLSECCertificateKeyFile ${key}\nTLSVerifyClient off\nTLSLog ${join(state, "tls.log")}\n`;
}

/** A certificate for the loopback address; its authority is the one that `startSecurePeer` tells. */
async function writeCertificate(state: string): Promise<{ cert: string; key: string }> {
  const authority = await makeAuthority("Interop");
  const issued = await authority.issue(["127.0.0.1", foreignPeerHost]);
  const paths = { cert: join(state, "cert.pem"), key: join(state, "key.pem") };
  await writeFile(paths.cert, `${issued.cert}\n`);
  await writeFile(paths.key, `${issued.key}\n`, { mode: 0o600 });
  await writeFile(authorityFile(state), authority.cert);
  return paths;
}

const authorityFile = (state: string): string => join(state, "authority.pem");

async function startPyftpdlib({ port, home }: Place, handler: string, settings: string): Promise<Running> {
  return start("/usr/bin/python3", [
    "-c",
    `import logging, os, pwd
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import ${handler}
from pyftpdlib.servers import FTPServer
logging.basicConfig(level=logging.ERROR)
people = DummyAuthorizer()
people.add_user("${peerUser}", "${peerPassword}", "${home}", perm="elradfmwMT")
${handler}.authorizer = people
${settings}
server = FTPServer(("127.0.0.1", ${port}), ${handler})
# Permissions hold for it too: it never was one of the superuser's.
entry = pwd.getpwnam("${peerUser}")
os.setgroups([])
os.setgid(entry.pw_gid)
os.setuid(entry.pw_uid)
server.serve_forever()`,
  ]);
}

const starters: Readonly<Record<string, Starter>> = {
  vsftpd: (place) => startVsftpd(place, {}),
  proftpd: (place) => startProftpd(place, ""),
  "pure-ftpd": async ({ port }) =>
    start(program("pure-ftpd", "usr/sbin/pure-ftpd"), ["-S", `127.0.0.1,${port}`, "-l", "unix", "-A", "-H", "-4"]),
  pyftpdlib: async (place) => startPyftpdlib(place, "FTPHandler", ""),
  inetutils: async ({ port }) =>
    start("tcpsvd", ["-c", "50", "127.0.0.1", String(port), program("inetutils-ftpd", "usr/sbin/ftpd"), "-l"]),
};

/** Secure servers that take any data connection under TLS. */
const lenientStarters: Readonly<Record<string, Starter>> = {
  "pure-ftpd": async ({ port, state }) => {
    const { cert, key } = await writeCertificate(state);
    const both = join(state, "both.pem");
    await writeFile(both, `${await readFile(cert, "utf8")}${await readFile(key, "utf8")}`, { mode: 0o600 });
    const listen = ["-S", `127.0.0.1,${port}`, "-l", "unix", "-A", "-H", "-4"];
    return start(program("pure-ftpd", "usr/sbin/pure-ftpd"), [...listen, "-Y", "2", "-2", both]);
  },
  pyftpdlib: async (place) => {
    const { cert, key } = await writeCertificate(place.state);
    const demands = "TLS_FTPHandler.tls_control_required = TLS_FTPHandler.tls_data_required = True";
    const settings = `TLS_FTPHandler.certfile = "${cert}"\nTLS_FTPHandler.keyfile = "${key}"\n${demands}`;
    return startPyftpdlib(place, "TLS_FTPHandler", settings);
  },
};

/** The servers there are. */
export const peerNames: readonly string[] = Object.keys(starters);

/** Servers that deflate, and are told to. */
const deflatingStarters: Readonly<Record<string, Starter>> = {
  proftpd: (place) =>
    startProftpd(
      place,
      `ModulePath ${program("proftpd-core", "usr/lib/proftpd")}\nLoadModule mod_deflate.c\nDeflateEngine on\n`,
    ),
};

/** Servers that are told to take data connections to and from other servers. */
const foreignStarters: Readonly<Record<string, Starter>> = {
  proftpd: (place) => startProftpd(place, "AllowForeignAddress on\n"),
  "pure-ftpd": async ({ host, port }) =>
    start(program("pure-ftpd", "usr/sbin/pure-ftpd"), [
      ...["-S", `${host},${port}`, "-l", "unix"],
      "-A",
      "-H",
      "-4",
      "-w",
    ]),
  vsftpd: (place) => startVsftpd(place, { port_promiscuous: "YES", pasv_promiscuous: "YES" }),
  "proftpd under TLS": async (place) =>
    startProftpd(
      place,
      `${await proftpdTls(place)}TLSOptions NoSessionReuseRequired\nTLSVerifyServer off\nAllowForeignAddress on\n`,
    ),
};

/** The servers there are that exchange data with other servers, in clear. */
export const foreignPeerNames: readonly string[] = ["proftpd", "pure-ftpd", "vsftpd"];

/** The secure servers there are. */
export const securePeerNames: readonly string[] = Object.keys(secureStarters);

/** Starts a server. */
export function startPeer(name: string): Promise<Peer> {
  return startFrom(starters, name);
}

/** Starts a secure server. */
export function startSecurePeer(name: string): Promise<Peer> {
  return startFrom(secureStarters, name);
}

/** Every server that there is under TLS. */
export const anySecurePeerNames: readonly string[] = [...securePeerNames, ...Object.keys(lenientStarters)];

/** Starts one of them. */
export function startAnySecurePeer(name: string): Promise<Peer> {
  return startFrom({ ...secureStarters, ...lenientStarters }, name);
}

/** Starts a server that has mode Z. */
export function startDeflatingPeer(name: string): Promise<Peer> {
  return startFrom(deflatingStarters, name);
}

/** Starts a server that exchanges data with other servers, at `foreignPeerHost`. */
export function startForeignPeer(name: string): Promise<Peer> {
  return startFrom(foreignStarters, name, foreignPeerHost);
}

async function startFrom(from: Readonly<Record<string, Starter>>, name: string, host = "127.0.0.1"): Promise<Peer> {
  const starter = from[name];
  if (starter === undefined) throw new Error(`There is no server ${name}`);
  const state = await makeFolder();
  const home = join(state.path, "home");
  await mkdir(home);
  const { uid, gid } = await makeUser(home);
  await chown(home, uid, gid);
  const port = await freePort();
  const running = await starter({ host, port, state: state.path, home });
  await waitForGreeting(port, host);
  return {
    name,
    port,
    home,
    authority: authorityFile(state.path),
    stop: async () => {
      await running.stop();
      await state.remove();
    },
  };
}
