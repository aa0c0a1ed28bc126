// `npm run bench -- client`: whole commands beside curl, lftp and ncftp, against vsftpd or any server; medians of several
// rounds, in which the programs take turns. Needs the machine for itself.
//
//   --url ftp://user:password@host:port/folder/   another server, in whose folder may be written. Default: vsftpd, started here
//   --rounds 5   --size 1024 (MiB)   --files 1000   --unchanged 5000
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../scripts/bootstrap.js";

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    url: { type: "string" },
    rounds: { type: "string", default: "5" },
    size: { type: "string", default: "1024" },
    files: { type: "string", default: "1000" },
    unchanged: { type: "string", default: "5000" },
  },
});
const [rounds, mebibytes, files, unchanged] = [values.rounds, values.size, values.files, values.unchanged].map(Number);
/** Milliseconds that one command may take. */
const commandLimit = 600_000;
const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "twinport-bench-client-"));
const at = (...names) => join(folder, ...names);

/** A program of the path, or of where the interop tests unpack servers; undefined where there is none. */
function find(name) {
  const peers = process.env.TWINPORT_PEERS ?? "/opt/twinport-peers-interop";
  const places = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", join(peers, name, "usr/sbin")];
  return places.map((place) => join(place, name)).find((path) => existsSync(path));
}

/** A user of the system whose home is there, which vsftpd demands: not root. */
function someUser() {
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  return users.map((line) => line.split(":")).find(([, , id, , , home]) => id !== "0" && existsSync(home ?? ""))?.[0];
}

/** Starts vsftpd for anonymous users, who may write into `pub`. */
async function startVsftpd(program) {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  for (const name of ["server", "server/pub", "empty"]) mkdirSync(at(name));
  chmodSync(folder, 0o755);
  chmodSync(at("server/pub"), 0o777);
  const settings = {
    listen: "YES",
    listen_address: "127.0.0.1",
    listen_port: port,
    background: "NO",
    anonymous_enable: "YES",
    local_enable: "NO",
    write_enable: "YES",
    anon_root: at("server"),
    anon_upload_enable: "YES",
    anon_mkdir_write_enable: "YES",
    anon_other_write_enable: "YES",
    anon_world_readable_only: "NO",
    anon_umask: "022",
    no_anon_password: "YES",
    ftp_username: someUser(),
    secure_chroot_dir: at("empty"),
    seccomp_sandbox: "NO",
    ...(process.getuid?.() === 0 ? {} : { run_as_launching_user: "YES" }),
  };
  const config = at("vsftpd.conf");
  writeFileSync(
    config,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
  const server = spawn(program, [config], { stdio: ["ignore", "inherit", "inherit"] });
  for (let tries = 0; ; tries++) {
    const socket = connect(port, "127.0.0.1");
    const up = await new Promise((resolve) =>
      socket.once("data", () => resolve(true)).once("error", () => resolve(false)),
    );
    socket.destroy();
    if (up) return { server, url: new URL(`ftp://127.0.0.1:${port}/pub/`) };
    if (tries > 100 || server.exitCode !== null) throw new Error("vsftpd does not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Runs a command to its end. @returns Milliseconds. */
function time([program, ...args]) {
  const begun = performance.now();
  const { status, stderr, error } = spawnSync(program, args, {
    timeout: commandLimit,
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (status !== 0)
    throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr.toString().trim().slice(-300)}`);
  return performance.now() - begun;
}

/** Regular files below a folder, and their octets. */
function count(path) {
  let [found, octets] = [0, 0];
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    found++;
    octets += statSync(join(entry.parentPath ?? entry.path, entry.name)).size;
  }
  return { found, octets };
}

function makeTree(path, number) {
  for (let each = 0; each < number; each++) {
    const below = join(path, `d${Math.floor(each / 10)}`);
    if (each % 10 === 0) mkdirSync(below, { recursive: true });
    writeFileSync(join(below, `f${each}`), Buffer.alloc(1024, each % 251));
  }
}

const median = (figures) => figures.sort((a, b) => a - b)[Math.floor(figures.length / 2)];

/** The commands of each row, by program; what is there before, and what must be there after. */
function rowsFor(url) {
  const ours = [process.execPath, join(root, "packages/twinport/bin/twinport.js")];
  const site = `ftp://${url.username === "" ? "" : `${url.username}:${url.password}@`}${url.host}`;
  const path = url.pathname.replace(/\/?$/, "/");
  const remote = (name) => `${site}${path}${name}`;
  const lftp = (script) => ["lftp", "-c", `set net:timeout 30; open ${site}; cd ${path}; ${script}`];
  const login = url.username === "" ? [] : ["-u", url.username, "-p", url.password];
  const host = ["-P", url.port || "21", url.hostname];
  const [big, back, tree] = [at("big"), at("back"), at("tree")];
  const octets = mebibytes * 1024 * 1024;
  const wipe = (target) => () => rmSync(target, { recursive: true, force: true });
  const same = (number) => () => {
    const { found } = count(tree);
    if (found !== number) throw new Error(`${found} of ${number} files are here`);
  };
  const mirrors = (name) => ({
    twinport: [...ours, "mirror", remote(name), tree, "--parallel", "4", "--progress", "none"],
    lftp: lftp(`mirror -P4 ${name} ${tree}`),
  });
  return [
    {
      name: `get ${mebibytes} MiB`,
      before: wipe(back),
      after: () => {
        if (statSync(back).size !== octets) throw new Error("it is not whole");
      },
      commands: {
        twinport: [...ours, "get", "-q", remote("big"), back],
        curl: ["curl", "-sS", "-o", back, remote("big")],
        lftp: lftp(`get big -o ${back}`),
        ncftp: ["ncftpget", "-V", "-C", ...login, ...host, `${path}big`, back],
      },
    },
    {
      name: `put ${mebibytes} MiB`,
      commands: {
        twinport: [...ours, "put", "-q", big, remote("up-twinport")],
        curl: ["curl", "-sS", "-T", big, remote("up-curl")],
        lftp: lftp(`put ${big} -o up-lftp`),
        ncftp: ["ncftpput", "-V", "-C", ...login, ...host, big, `${path}up-ncftp`],
      },
    },
    {
      name: `mirror ${files} files of 1 KiB, 4 sessions`,
      before: wipe(tree),
      after: same(files),
      commands: mirrors("small"),
    },
    {
      name: `mirror ${unchanged} unchanged files again, 4 sessions`,
      // Each program compares with what it fetched itself.
      once: (command) => {
        wipe(tree)();
        time(command);
      },
      after: same(unchanged),
      commands: mirrors("many"),
    },
  ];
}

/** Brings to the server what is fetched later. */
function prepare(url) {
  const handle = openSync(at("big"), "w");
  ftruncateSync(handle, mebibytes * 1024 * 1024);
  closeSync(handle);
  makeTree(at("small"), files);
  makeTree(at("many"), unchanged);
  const ours = [process.execPath, join(root, "packages/twinport/bin/twinport.js")];
  const to = url.href.replace(/\/?$/, "/");
  time([...ours, "put", "-q", at("big"), `${to}big`]);
  for (const name of ["small", "many"]) time([...ours, "mirror", at(name), `${to}${name}`, "--progress", "none"]);
}

/** Medians of one row, in seconds, by program. */
function measure({ before, once: first, after, commands }, programs) {
  const taken = Object.fromEntries(programs.map((program) => [program, []]));
  const run = (program) => {
    before?.();
    taken[program].push(time(commands[program]) / 1000);
    after?.();
  };
  const each = programs.filter((program) => commands[program] !== undefined);
  if (first === undefined) for (let round = 0; round < rounds; round++) each.forEach(run);
  else {
    for (const program of each) {
      first(commands[program]);
      for (let round = 0; round < rounds; round++) run(program);
    }
  }
  return Object.fromEntries(each.map((program) => [program, median(taken[program])]));
}

const needs = { twinport: process.execPath, curl: find("curl"), lftp: find("lftp"), ncftp: find("ncftpget") };
const programs = Object.keys(needs).filter((program) => needs[program] !== undefined);
for (const missing of Object.keys(needs).filter((program) => needs[program] === undefined)) {
  console.log(`${missing} is not installed: it is left out.`);
}
const vsftpd = values.url === undefined ? find("vsftpd") : undefined;
if (values.url === undefined && vsftpd === undefined) {
  rmSync(folder, { recursive: true });
  console.log("vsftpd is not installed: name a server by --url ftp://user:password@host:port/folder/");
  process.exit(1);
}
let started;
try {
  started = vsftpd === undefined ? { url: new URL(values.url) } : await startVsftpd(vsftpd);
  prepare(started.url);
  console.log(`Seconds, medians of ${rounds}; the ratio is the best of the others to ours: above 1 we are faster.\n`);
  console.log(`| work | ${programs.join(" | ")} | ratio |`);
  console.log(`|---|${"---|".repeat(programs.length + 1)}`);
  for (const row of rowsFor(started.url)) {
    const figures = measure(row, programs);
    const others = programs.filter((program) => program !== "twinport" && figures[program] !== undefined);
    const best = Math.min(...others.map((program) => figures[program]));
    const cells = programs.map((program) => figures[program]?.toFixed(3) ?? "–");
    const ratio = others.length === 0 ? "–" : (best / figures.twinport).toFixed(2);
    console.log(`| ${row.name} | ${cells.join(" | ")} | ${ratio} |`);
  }
} finally {
  started?.server?.kill("SIGTERM");
  if (started?.server !== undefined && started.server.exitCode === null) await once(started.server, "exit");
  rmSync(folder, { recursive: true, force: true });
}
