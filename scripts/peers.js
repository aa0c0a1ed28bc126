// The real clients and servers of the interop tests, from Debian's packages. Clients are installed; servers, which exclude
// each other as installed packages, are unpacked into a folder, and the libraries that they need are installed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

export const peersFolder = process.env.TWINPORT_PEERS ?? "/opt/twinport-peers-interop";

const tools = {
  curl: "curl",
  lftp: "lftp",
  ncftpput: "ncftp",
  tnftp: "tnftp",
  wget: "wget",
  tcpsvd: "ipsvd",
  tftp: "tftp-hpa",
  atftp: "atftp",
  busybox: "busybox",
  ip: "iproute2",
  tmux: "tmux",
  zsh: "zsh",
  fish: "fish",
  gcc: "gcc",
};
/** Files that are needed, and the packages that bring them. */
const files = { "/usr/include/errno.h": "libc6-dev" };
const systemPython = "/usr/bin/python3";
const servers = {
  vsftpd: "usr/sbin/vsftpd",
  "proftpd-core": "usr/sbin/proftpd",
  "proftpd-mod-crypto": "usr/lib/proftpd/mod_tls.so",
  "pure-ftpd": "usr/sbin/pure-ftpd",
  "inetutils-ftpd": "usr/sbin/ftpd",
  "dante-server": "usr/sbin/danted",
  "tinyproxy-bin": "usr/bin/tinyproxy",
  haproxy: "usr/sbin/haproxy",
  "tftpd-hpa": "usr/sbin/in.tftpd",
  atftpd: "usr/sbin/atftpd",
  "dnsmasq-base": "usr/sbin/dnsmasq",
};

/** The path of an unpacked server's program. */
export const serverPath = (name) => join(peersFolder, name, servers[name]);

const run = (command, args, options = {}) => spawnSync(command, args, { encoding: "utf8", ...options });
const has = (tool) => run("sh", ["-c", `command -v ${tool}`]).status === 0;
/** Modules of the system's Python, and the packages that bring them. */
const modules = { pyftpdlib: "python3-pyftpdlib", OpenSSL: "python3-openssl" };
const hasModule = (name) => existsSync(systemPython) && run(systemPython, ["-c", `import ${name}`]).status === 0;
const works = (name) => existsSync(serverPath(name)) && !run("ldd", [serverPath(name)]).stdout.includes("not found");

/** The Debian packages that are missing. */
export function missingPackages() {
  const missing = Object.entries(tools)
    .filter(([tool]) => !has(tool))
    .map(([, name]) => name);
  for (const [path, brings] of Object.entries(files)) if (!existsSync(path)) missing.push(brings);
  for (const [name, brings] of Object.entries(modules)) if (!hasModule(name)) missing.push(brings);
  return missing.concat(Object.keys(servers).filter((name) => !works(name)));
}

/** Installs what is missing. Gives what is missing still. */
export function installPeers() {
  const missing = missingPackages();
  if (missing.length === 0) return [];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args) => {
    process.stderr.write(`apt-get ${args.join(" ")}\n`);
    // Another installation may run: its lock is waited for.
    return run("apt-get", ["-o", "DPkg::Lock::Timeout=120", ...args], {
      env,
      stdio: ["ignore", 2, 2],
      ...(args[0] === "download" ? { cwd: join(peersFolder, "deb") } : {}),
    });
  };
  apt("update", "-qq");
  const installed = missing.filter((name) => !(name in servers));
  if (installed.length > 0) apt("install", "-y", "-qq", "--no-install-recommends", ...installed);
  mkdirSync(join(peersFolder, "deb"), { recursive: true });
  for (const name of missing.filter((server) => server in servers)) {
    apt("download", "-qq", name);
    const deb = readdirSync(join(peersFolder, "deb")).find((file) => file.startsWith(`${name}_`));
    if (deb === undefined) continue;
    mkdirSync(join(peersFolder, name), { recursive: true });
    run("dpkg", ["-x", join(peersFolder, "deb", deb), join(peersFolder, name)]);
    const libraries = librariesOf(name);
    if (libraries.length > 0) apt("install", "-y", "-qq", "--no-install-recommends", ...libraries);
  }
  run("ldconfig", []);
  return missingPackages();
}

/** Installs what is missing where that is wanted; ends the process, and says why, where peers are missing still. */
export function ensurePeers(script) {
  const root = process.getuid?.() === 0;
  const may = root && (process.env.CI !== undefined || process.env.TWINPORT_INSTALL_PEERS !== undefined);
  const missing = may ? installPeers() : missingPackages();
  if (missing.length === 0 && root) return;
  const what =
    missing.length > 0 ? `These Debian packages are missing: ${missing.join(" ")}` : "The servers under test need root";
  process.stderr.write(`${what}
These tests talk to real clients and servers. As root on Debian, this
installs the clients and unpacks the servers into a folder of their own:

  TWINPORT_INSTALL_PEERS=1 npm run ${script}
`);
  process.exit(1);
}

/** The libraries that a package depends on; not its other dependencies, which may exclude those of another server. */
function librariesOf(name) {
  const { stdout } = run("apt-cache", ["depends", "--no-recommends", "--no-suggests", name]);
  return [...stdout.matchAll(/^ *\|?(?:Pre)?Depends: (lib[a-z0-9.+-]+)$/gm)].map((match) => match[1]);
}
