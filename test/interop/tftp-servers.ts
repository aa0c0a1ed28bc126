/** Real TFTP servers on a loopback address of their own, each with a folder of its own. */
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { program } from "./peer-servers.ts";
import { freeUdpPort, makeFolder, start, waitForUdpListener, type Running } from "./processes.ts";

/**
 * Where they listen. dnsmasq knows no port but 69: an address of this process's own, so that no other server of the
 * machine is in its way.
 */
export const tftpServerHost = `127.69.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}`;

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
  /** Default: any. */
  readonly port?: number;
  /** Program and arguments. */
  command(port: number, folder: string): readonly string[];
}

const starters: Readonly<Record<string, Starter>> = {
  "tftpd-hpa": {
    writes: true,
    windows: false,
    largestBlock: 65_464,
    refusalCode: 0,
    command: (port, folder) => [
      ...[program("tftpd-hpa", "usr/sbin/in.tftpd"), "-L", "--address", `${tftpServerHost}:${port}`],
      ...["--secure", "--create", "--permissive", "--user", "nobody", folder],
    ],
  },
  atftpd: {
    writes: true,
    windows: true,
    largestBlock: 65_464,
    refusalCode: 2,
    command: (port, folder) => [
      ...[program("atftpd", "usr/sbin/atftpd"), "--daemon", "--no-fork", "--user", "nobody", "--group", "nogroup"],
      ...["--bind-address", tftpServerHost, "--port", String(port), "--logfile", "-", folder],
    ],
  },
  dnsmasq: {
    writes: false,
    windows: false,
    // It has room for no more in the buffer that it keeps for answers of DNS.
    largestBlock: 2263,
    refusalCode: 4,
    port: 69,
    command: (_port, folder) => [
      ...[program("dnsmasq-base", "usr/sbin/dnsmasq"), "--no-daemon", "--conf-file=/dev/null", "--port=0"],
      ...["--enable-tftp", `--tftp-root=${folder}`, "--user=root", "--group=root"],
      ...[`--listen-address=${tftpServerHost}`, "--bind-interfaces"],
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
  const port = starter.port ?? (await freeUdpPort(tftpServerHost));
  const [command = "", ...args] = [...through, ...starter.command(port, folder)];
  const running: Running & { readonly pid: number } = start(command, args);
  await waitForUdpListener(running.pid, tftpServerHost, port);
  return {
    host: tftpServerHost,
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
