/** Real TFTP servers on a loopback address of their own, each with a folder of its own. */
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { program } from "./peer-servers.ts";
import { makeFolder, start, waitForUdpListener, type Running } from "./processes.ts";

/** The port of all: dnsmasq knows no other. */
const port = 69;
/**
 * Where a server listens: an address of its own and this process's, so that no other server of the machine is in its way.
 *
 * @param kind - The second number of the address.
 */
const addressOf = (kind: number): string => `127.${kind}.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}`;

/** A running server. */
export interface TftpServerPeer {
  readonly host: string;
  readonly port: number;
  /** The folder that it serves. */
  readonly folder: string;
  /** What it said on stderr so far. */
  readonly log: () => string;
  stop(): Promise<void>;
}

/** What a server can do. */
export interface TftpServerAbilities {
  readonly writes: boolean;
  readonly windows: boolean;
  /** Octets of the largest block it agrees on. */
  readonly largestBlock: number;
  /** The code of its error where a file cannot be written. */
  readonly refusalCode: number;
}

interface Starter extends TftpServerAbilities {
  readonly host: string;
  /** Program and arguments. */
  command(host: string, folder: string): readonly string[];
}

const starters: Readonly<Record<string, Starter>> = {
  "tftpd-hpa": {
    host: addressOf(69),
    writes: true,
    windows: false,
    largestBlock: 65_464,
    refusalCode: 0,
    command: (host, folder) => [
      ...[program("tftpd-hpa", "usr/sbin/in.tftpd"), "-L", "--address", `${host}:${port}`],
      ...["--secure", "--create", "--permissive", "--user", "nobody", folder],
    ],
  },
  atftpd: {
    host: addressOf(70),
    writes: true,
    windows: true,
    largestBlock: 65_464,
    refusalCode: 2,
    command: (host, folder) => [
      ...[program("atftpd", "usr/sbin/atftpd"), "--daemon", "--no-fork", "--user", "nobody", "--group", "nogroup"],
      ...["--bind-address", host, "--port", String(port), "--logfile", "-", folder],
    ],
  },
  dnsmasq: {
    host: addressOf(71),
    writes: false,
    windows: false,
    // It has room for no more in the buffer that it keeps for answers of DNS.
    largestBlock: 2263,
    refusalCode: 4,
    command: (host, folder) => [
      ...[program("dnsmasq-base", "usr/sbin/dnsmasq"), "--no-daemon", "--conf-file=/dev/null", "--port=0"],
      ...["--enable-tftp", `--tftp-root=${folder}`, "--user=root", "--group=root"],
      ...[`--listen-address=${host}`, "--bind-interfaces"],
    ],
  },
};

/** The servers there are. */
export const tftpServerNames: readonly string[] = Object.keys(starters);

/** What a server can do. */
export function abilitiesOf(name: string): TftpServerAbilities {
  return starterOf(name);
}

/**
 * Starts a server.
 *
 * @param through - A command that runs it elsewhere, as in a network namespace.
 */
export async function startTftpServer(name: string, through: readonly string[] = []): Promise<TftpServerPeer> {
  const starter = starterOf(name);
  const state = await makeFolder();
  const folder = join(state.path, "tftp");
  await mkdir(folder);
  await chmod(folder, 0o777);
  const { host } = starter;
  const [command = "", ...args] = [...through, ...starter.command(host, folder)];
  const running: Running & { readonly pid: number } = start(command, args);
  await waitForUdpListener(running.pid, host, port);
  return {
    host,
    port,
    folder,
    log: running.log,
    stop: async () => {
      await running.stop();
      await state.remove();
    },
  };
}

function starterOf(name: string): Starter {
  const starter = starters[name];
  if (starter === undefined) throw new Error(`There is no server ${name}`);
  return starter;
}
