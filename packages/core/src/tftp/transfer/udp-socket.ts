/** UDP sockets of TFTP: bound, with large buffers, and without a name lookup for each packet. */
import { createSocket, type Socket } from "node:dgram";
import { codeOf } from "../../net/index.ts";

/** What a socket is bound to. */
export interface UdpSocketOptions {
  /** An address of this machine; undefined for any. */
  readonly address: string | undefined;
  readonly family: 4 | 6;
  /** 0 lets the system choose, at random where it does so. */
  readonly port: number;
  /** Octets that the system is asked to hold for what arrives; it may grant less. */
  readonly receiveBuffer: number;
  /** Octets that the system is asked to hold for what leaves. */
  readonly sendBuffer?: number;
  /** Whether other sockets of this machine may be bound there too, as those that receive multicast are. Default false. */
  readonly shared?: boolean;
}

/** Octets that the system has room for anyway. */
const usualBuffer = 128 * 1024;

/** Opens a socket. @throws Error of the system when it cannot be bound. */
export async function openUdpSocket(options: UdpSocketOptions): Promise<Socket> {
  const socket = createSocket({
    type: options.family === 6 ? "udp6" : "udp4",
    ipv6Only: options.family === 6,
    reuseAddr: options.shared === true,
    // Only addresses are sent to: asking the system's resolver would cost more than the packet.
    lookup: (address, _options, found) => found(null, address, options.family),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    const { port, address } = options;
    socket.bind({ port, ...(address === undefined ? {} : { address }), exclusive: true }, () => {
      socket.off("error", reject);
      resolve();
    });
  }).catch((error: unknown) => {
    socket.close();
    throw error;
  });
  if (options.receiveBuffer > usualBuffer) attempt(() => socket.setRecvBufferSize(options.receiveBuffer));
  const { sendBuffer = 0 } = options;
  if (sendBuffer > usualBuffer) attempt(() => socket.setSendBufferSize(sendBuffer));
  return socket;
}

/** Sends a packet. One that a closed socket cannot send is lost, as any may be: retransmission has the last word. */
export function sendPacket(socket: Socket, memory: Uint8Array, length: number, port: number, address: string): void {
  try {
    // Without a range the socket makes no view of its own, which costs a seventh of sending a packet.
    if (length === memory.length) socket.send(memory, port, address);
    else socket.send(memory, 0, length, port, address);
  } catch (error) {
    if (codeOf(error) !== "ERR_SOCKET_DGRAM_NOT_RUNNING") throw error;
  }
}

/** A system that grants no larger buffer is one with the usual buffer. */
function attempt(set: () => void): void {
  try {
    set();
  } catch {
    return;
  }
}
