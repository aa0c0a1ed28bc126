/** A TFTP server for a test, and a bare socket to talk to it by octets; both end with the test. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { MemoryStorage, resolveVirtualPath, rootPath, type Storage } from "../../src/storage/index.ts";
import {
  TftpServer,
  type TftpServerEvents,
  type TftpServerLimits,
  type TftpServerOptions,
} from "../../src/tftp/index.ts";

/** A running server and what is in it. */
export interface TftpFixture {
  readonly server: TftpServer;
  readonly port: number;
  readonly storage: Storage;
}

/** Starts a server on a port of the system's choice. */
export async function startTftp(options: Partial<TftpServerOptions> = {}): Promise<TftpFixture> {
  const storage = options.storage ?? new MemoryStorage();
  const server = new TftpServer({ listeners: [{ host: "127.0.0.1", port: 0 }], ...options, storage });
  await server.start();
  onTestFinished(() => server.stop());
  return { server, port: server.addresses[0]?.port ?? 0, storage };
}

/** Limits of a server that sends nothing again while a busy machine keeps its peer waiting. */
export const patient: Partial<TftpServerLimits> = { initialTimeout: 10_000, shortestTimeout: 10_000 };

/** Octets that tell their place. */
export function pattern(size: number): Uint8Array {
  const octets = new Uint8Array(size);
  for (let at = 0; at < size; at++) octets[at] = (at * 31 + (at >> 9)) & 0xff;
  return octets;
}

/** Puts a file into a storage. */
export async function putFile(storage: Storage, path: string, content: Uint8Array): Promise<void> {
  const file = await storage.openWrite(resolveVirtualPath(rootPath, path));
  await file.write(content);
  await file.commit();
}

/** What a file of a storage holds; undefined when it is not there. */
export async function fileOf(storage: Storage, path: string): Promise<Uint8Array | undefined> {
  const file = await storage.openRead(resolveVirtualPath(rootPath, path)).catch(() => undefined);
  if (file === undefined) return undefined;
  const octets = Buffer.alloc((file.size ?? 0) + 1);
  let length = 0;
  for (let count = await file.read(octets); count > 0; count = await file.read(octets.subarray(length)))
    length += count;
  return new Uint8Array(octets.subarray(0, length));
}

/** A packet that came, as ISO 8859-1 text. */
export interface Heard {
  readonly text: string;
  readonly from: RemoteInfo;
}

/** A socket that speaks by octets, written as ISO 8859-1 text. */
export class RawPeer {
  readonly #socket: Socket;
  readonly #heard: Heard[] = [];
  #waiting: ((heard: Heard) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (packet, from) => {
      const heard = { text: packet.toString("latin1"), from };
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting === undefined) this.#heard.push(heard);
      else waiting(heard);
    });
  }

  /** Opens a socket, on 127.0.0.1 unless another address of this machine is named. */
  static async open({ host = "127.0.0.1", port = 0 }: { host?: string; port?: number } = {}): Promise<RawPeer> {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(port, host, resolve);
    });
    onTestFinished(() => {
      socket.close();
    });
    return new RawPeer(socket);
  }

  /** The socket's port. */
  get port(): number {
    return this.#socket.address().port;
  }

  /** Sends a packet. */
  send(text: string, port: number, host = "127.0.0.1"): void {
    this.#socket.send(Buffer.from(text, "latin1"), port, host);
  }

  /** Lets packets go to broadcast addresses. */
  allowBroadcast(): void {
    this.#socket.setBroadcast(true);
  }

  /** Sends a packet to a multicast group on loopback. */
  sendToGroup(text: string, address: string, port: number): void {
    this.#socket.setMulticastInterface("127.0.0.1");
    this.#socket.send(Buffer.from(text, "latin1"), port, address);
  }

  /** The next packet. */
  async next(): Promise<Heard> {
    const first = this.#heard.shift();
    if (first !== undefined) return first;
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** The next packets. */
  async take(count: number): Promise<readonly string[]> {
    const packets: string[] = [];
    while (packets.length < count) packets.push((await this.next()).text);
    return packets;
  }

  /** Whether nothing comes for some milliseconds. */
  async quiet(milliseconds: number): Promise<boolean> {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return this.#heard.length === 0;
  }
}

/** The next event of a server. */
export async function nextEvent<Name extends keyof TftpServerEvents>(
  server: TftpServer,
  name: Name,
): Promise<TftpServerEvents[Name][0]> {
  const [event] = (await once(server, name)) as TftpServerEvents[Name];
  return event;
}

/** The block number of DATA or ACK, as it is on the wire. */
export function blockNumber(packet: string): number {
  return packet.charCodeAt(2) * 256 + packet.charCodeAt(3);
}

/** DATA or ACK. */
export function numbered(opcode: 3 | 4, block: number, data = ""): string {
  return `\0${String.fromCharCode(opcode, block >> 8, block & 255)}${data}`;
}

/** Whether all of 127.0.0.0/8 is this machine's. */
export const wholeLoopback: boolean = process.platform === "linux";
