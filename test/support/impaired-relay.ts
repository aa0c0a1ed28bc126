/**
 * A line that loses, doubles and delays, between a TFTP client and a server, where the kernel has none to offer.
 *
 * Each end gets ports to talk to as if they were the other's. The server's transfer identifier is a port of its own (RFC
 * 1350 §4), so each of its ports has one here, and the client meets a new port as it would without the relay:
 *
 *     client  <->  front (requests), face (a transfer)  |  back  <->  server, server's transfer
 */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";

/** How bad the line is, each way. */
export interface Impairment {
  /** Milliseconds. */
  readonly delay: number;
  /** The share of packets that is lost, from 0 to 1. */
  readonly loss: number;
  /** The share of packets that comes twice. */
  readonly duplication: number;
  /** The share of packets that goes without the delay, and so overtakes. Default 0. */
  readonly reordering?: number;
  /** Numbers from 0 to below 1. */
  readonly random: () => number;
}

/** What became of the packets. */
export interface ImpairmentCounts {
  carried: number;
  lost: number;
  doubled: number;
  overtaking: number;
}

/** Octets that the system is asked to hold: what it drops is lost beyond what was told. */
const buffer = 4 * 1024 * 1024;

/** Opens a socket that nothing is listened on before its first packet. */
function openSocket(): Socket {
  const socket = createSocket("udp4");
  socket.on("error", () => undefined);
  return socket;
}

/** One client's way to the server. */
interface Flow {
  readonly back: Socket;
  /** By the server's port. */
  readonly faces: Map<number, Socket>;
}

/** The relay of one server. */
export class ImpairedRelay {
  readonly counts: ImpairmentCounts = { carried: 0, lost: 0, doubled: 0, overtaking: 0 };
  readonly #server: { readonly host: string; readonly port: number };
  readonly #impairment: Impairment;
  readonly #front = openSocket();
  readonly #flows = new Map<string, Flow>();
  readonly #sockets = new Set<Socket>([this.#front]);
  readonly #delayed = new Set<NodeJS.Timeout>();

  private constructor(server: { readonly host: string; readonly port: number }, impairment: Impairment) {
    this.#server = server;
    this.#impairment = impairment;
  }

  /** Opens a relay on a port of 127.0.0.1. */
  static async open(
    server: { readonly host: string; readonly port: number },
    impairment: Impairment,
  ): Promise<ImpairedRelay> {
    const relay = new ImpairedRelay(server, impairment);
    await new Promise<void>((resolve) => relay.#front.bind(0, "127.0.0.1", resolve));
    relay.#front.setRecvBufferSize(buffer);
    relay.#front.on("message", (packet, client) => {
      relay.#carry(packet, relay.#flowOf(client).back, server.port, server.host);
    });
    return relay;
  }

  /** Where clients find the server. */
  get port(): number {
    return this.#front.address().port;
  }

  /** Closes all; what is under way is lost. */
  close(): void {
    for (const timer of this.#delayed) clearTimeout(timer);
    this.#delayed.clear();
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  #flowOf(client: RemoteInfo): Flow {
    const key = `${client.address} ${client.port}`;
    const there = this.#flows.get(key);
    if (there !== undefined) return there;
    const flow: Flow = { back: this.#open(), faces: new Map([[this.#server.port, this.#front]]) };
    this.#flows.set(key, flow);
    flow.back.bind(0);
    flow.back.on("message", (packet, from) => {
      this.#carry(packet, this.#faceOf(flow, from.port, client), client.port, client.address);
    });
    return flow;
  }

  /** The port that stands for one of the server's. */
  #faceOf(flow: Flow, serverPort: number, client: RemoteInfo): Socket {
    const there = flow.faces.get(serverPort);
    if (there !== undefined) return there;
    const face = this.#open();
    flow.faces.set(serverPort, face);
    face.bind(0, "127.0.0.1");
    face.on("message", (packet, from) => {
      if (from.port === client.port) this.#carry(packet, flow.back, serverPort, this.#server.host);
    });
    return face;
  }

  #open(): Socket {
    const socket = openSocket();
    this.#sockets.add(socket);
    socket.on("listening", () => socket.setRecvBufferSize(buffer));
    return socket;
  }

  #carry(packet: Uint8Array, through: Socket, port: number, host: string): void {
    const { delay, loss, duplication, reordering = 0, random } = this.#impairment;
    const copies = random() < duplication ? 2 : 1;
    if (copies === 2) this.counts.doubled++;
    for (let copy = 0; copy < copies; copy++) {
      if (random() < loss) {
        this.counts.lost++;
        continue;
      }
      const overtakes = random() < reordering;
      if (overtakes) this.counts.overtaking++;
      this.counts.carried++;
      const timer = setTimeout(
        () => {
          this.#delayed.delete(timer);
          through.send(packet, port, host);
        },
        overtakes ? 0 : delay,
      );
      this.#delayed.add(timer);
    }
  }
}
