// TFTP servers of others. They listen on addresses of loopback that are their own and this process's: dnsmasq knows no
// other port than 69, and it may be taken at 127.0.0.1.
import { readFileSync } from "node:fs";
import { endianness } from "node:os";
import { findProgram, startProgram, untilReady } from "./processes.js";

const port = 69;

/** @param {number} kind The second number of the address. */
const addressOf = (kind) => `127.${kind}.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}`;

/** Whether somebody listens for datagrams there, without sending one: the system's own table tells. @param {string} host */
function isListening(host) {
  const octets = Buffer.from(host.split(".").map(Number));
  // The table has addresses as numbers of this machine.
  if (endianness() === "LE") octets.reverse();
  const entry = `${octets.toString("hex")}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
  return readFileSync("/proc/net/udp", "latin1").includes(` ${entry} `);
}

/**
 * @param {{ name: string, program: string, pack: string, kind: number, forgetsChildren?: boolean, refuses?: Readonly<Record<string, string>> }} what
 * @param {(host: string, folder: string) => readonly string[]} args
 * @returns {import("./kinds.js").ServerKind}
 */
function tftpPeer({ name, program, pack, kind, forgetsChildren = false, refuses = {} }, args) {
  return {
    name,
    refuses,
    missing: () => {
      if (findProgram(program, pack) === undefined) return `${name} is not installed`;
      return process.getuid?.() === 0 ? undefined : `${name} needs root for port ${port}`;
    },
    start: async (place) => {
      const host = addressOf(kind);
      const running = startProgram(place.endings, findProgram(program, pack) ?? "", args(host, place.tftp));
      await untilReady(running, () => isListening(host));
      return { name, host, port, user: "", password: "", pid: running.pid, stop: running.stop, forgetsChildren };
    },
  };
}

export const tftpdHpa = tftpPeer(
  { name: "tftpd-hpa", program: "in.tftpd", pack: "tftpd-hpa", kind: 72, forgetsChildren: true },
  (host, folder) => [
    ...["-L", "--address", `${host}:${port}`, "--secure", "--create", "--permissive", "--user", "nobody"],
    folder,
  ],
);

export const atftpd = tftpPeer({ name: "atftpd", program: "atftpd", pack: "atftpd", kind: 73 }, (host, folder) => [
  ...["--daemon", "--no-fork", "--user", "nobody", "--group", "nogroup", "--maxthread", "1000"],
  ...["--bind-address", host, "--port", String(port), "--logfile", "-", folder],
]);

export const dnsmasq = tftpPeer(
  {
    ...{ name: "dnsmasq", program: "dnsmasq", pack: "dnsmasq-base", kind: 74 },
    refuses: { "tftp-put-1428": "it takes no files" },
  },
  (host, folder) => [
    ...["--no-daemon", "--conf-file=/dev/null", "--port=0", "--enable-tftp", `--tftp-root=${folder}`],
    ...["--user=root", "--group=root", `--listen-address=${host}`, "--bind-interfaces", "--tftp-max=1000"],
  ],
);
