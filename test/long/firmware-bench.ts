/** What the tests with real firmware stand on: a network of their own, our server in it as a program, files, a DHCP server. */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { makeFolder, start, type Running } from "../interop/processes.ts";
import { startServerProgram, type ServerProgram } from "../programs.ts";
import { missingFirmware } from "../../scripts/firmware-packages.js";
import { namespacesMissing, NetworkNamespace, serverAddress, type GuestNetwork } from "../support/network-namespace.ts";

/** Where a second server of ours stays on the port that was asked. */
export const singlePortAddress = "10.99.0.5";
/** Where our server is reached over a wire that loses packets. */
export const lossyAddress = "10.99.0.9";
/** Our server's IPv6 address. */
export const serverAddress6 = "fd99::1";
/** One of so many packets is lost there, in each direction. */
const lossEvery = 23;

/** Why this machine cannot run the tests; undefined where it can. */
export function firmwareMissing(): string | undefined {
  const packages = missingFirmware();
  return packages.length > 0 ? `Debian packages are missing: ${packages.join(" ")}` : namespacesMissing();
}

/** A transfer, or a request that was refused, as our server's log tells it. */
export interface LoggedRequest {
  readonly time: string;
  readonly msg: string;
  readonly path: string;
  readonly remote: string;
  readonly bytes?: number;
  readonly blockSize?: number;
  readonly windowSize?: number;
  readonly resent?: number;
  readonly code?: number;
}

/** A file that our server serves. */
export interface ServedFile {
  readonly size: number;
  /** As U-Boot prints it. */
  readonly crc32: string;
}

/** The bench. */
export class FirmwareBench {
  readonly network: GuestNetwork;
  /** The command that runs another in the network. */
  readonly within: readonly string[];
  readonly #namespace: NetworkNamespace;
  readonly #folder: Awaited<ReturnType<typeof makeFolder>>;
  readonly #programs: Running[] = [];
  readonly #servers: ServerProgram[] = [];
  #marked = 0;

  private constructor(
    namespace: NetworkNamespace,
    network: GuestNetwork,
    folder: Awaited<ReturnType<typeof makeFolder>>,
  ) {
    this.#namespace = namespace;
    this.network = network;
    this.within = namespace.within;
    this.#folder = folder;
  }

  /** Makes the network, and starts our servers and the lossy wire in it. */
  static async make(): Promise<FirmwareBench> {
    const namespace = await NetworkNamespace.make();
    const network = await namespace.addGuestNetwork([singlePortAddress, lossyAddress, serverAddress6]);
    const bench = new FirmwareBench(namespace, network, await makeFolder());
    await mkdir(bench.served);
    await bench.#serve("--tftp", `${serverAddress}:69`, "--tftp", `[${serverAddress6}]:69`);
    await bench.#serve("--tftp", `${singlePortAddress}:69`, "--tftp-single-port");
    const relay = join(import.meta.dirname, "lossy-relay.js");
    await bench.start([process.execPath, relay, lossyAddress, serverAddress, String(lossEvery)], "Losing");
    return bench;
  }

  /** The folder that is served. */
  get served(): string {
    return join(this.#folder.path, "served");
  }

  /** From now on `requests` tells what comes. */
  mark(): void {
    this.#marked += this.requests().length;
  }

  /** What the servers logged of TFTP since the last mark; that a transfer began is left out. */
  requests(): readonly LoggedRequest[] {
    const lines = this.#servers.flatMap((server) => server.log().split("\n").slice(0, -1));
    const told = lines.filter((line) => line.includes('"msg":"TFTP') && !line.includes(' begins"'));
    const parsed = told.map((line) => JSON.parse(line) as LoggedRequest);
    return parsed.sort((one, other) => one.time.localeCompare(other.time)).slice(this.#marked);
  }

  /** Puts a file of random octets among those that are served. */
  async putRandom(name: string, size: number): Promise<ServedFile> {
    const content = randomBytes(size);
    await writeFile(join(this.served, name), content);
    return { size, crc32: crc32(content).toString(16).padStart(8, "0") };
  }

  /** Puts a text among the files that are served. */
  async putText(name: string, lines: readonly string[]): Promise<void> {
    const path = join(this.served, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, lines.map((line) => `${line}\n`).join(""));
  }

  /** Copies files of packages to those that are served. */
  async putCopies(...paths: readonly string[]): Promise<void> {
    for (const path of paths) await copyFile(path, join(this.served, basename(path)));
  }

  /** Copies a file for one machine to change. @returns The copy's path. */
  async copyOf(path: string): Promise<string> {
    const copy = join(this.#folder.path, basename(path));
    await copyFile(path, copy);
    return copy;
  }

  /** Starts a DHCP server, with options of dnsmasq. */
  async startDhcp(...options: readonly string[]): Promise<Running> {
    const leases = join(this.#folder.path, `leases-${this.#programs.length}`);
    const always = ["--no-daemon", "--conf-file=/dev/null", "--port=0", "--interface=tap0", "--bind-interfaces"];
    const kept = [`--dhcp-leasefile=${leases}`, "--user=root", "--group=root", "--no-ping", "--log-dhcp"];
    return this.start(["dnsmasq", ...always, ...kept, ...options], "DHCP");
  }

  /** Starts a program in the network. @param until - What is on its stderr once it runs. */
  async start(command: readonly string[], until: string): Promise<Running> {
    const [program = "", ...args] = [...this.within, ...command];
    const running = start(program, args);
    this.#programs.push(running);
    for (let tries = 0; !running.log().includes(until); tries++) {
      if (tries === 200) throw new Error(`${command.join(" ")} did not start:\n${running.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return running;
  }

  /** Ends all that runs, and removes all that was made. */
  async remove(): Promise<void> {
    for (const program of this.#programs) await program.stop();
    for (const server of this.#servers) await server.stop("SIGTERM");
    await this.#folder.remove();
    await this.#namespace.remove();
  }

  async #serve(...options: readonly string[]): Promise<void> {
    const logged = ["--log-format", "json", "--log-level", "debug"];
    const args = [this.served, "--anonymous", ...logged, ...options];
    this.#servers.push(await startServerProgram(args, { through: this.within, until: "tftp:" }));
  }
}
