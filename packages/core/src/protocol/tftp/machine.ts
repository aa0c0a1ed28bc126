/** What the sender and the receiver of a file have in common: neither knows a socket or a clock. */
import type { Rollover } from "./block-numbers.ts";
import type { RetransmissionOptions } from "./retransmission-timer.ts";

/** Why a transfer failed. */
export type TftpFailure =
  /** The peer was silent through all retransmissions. */
  | { readonly kind: "timeout"; readonly message: string }
  /** The peer sent ERROR. It is never answered. */
  | { readonly kind: "peer-error"; readonly code: number; readonly message: string }
  /** The peer broke the protocol; `code` is for the ERROR that it is sent. */
  | { readonly kind: "protocol"; readonly code: number; readonly message: string };

/** How a transfer stands. */
export type TftpState = "running" | "dallying" | "complete" | "failed";

/** What both machines are made of. */
export interface TftpMachineOptions extends RetransmissionOptions {
  /** Octets of a full block. */
  readonly blockSize: number;
  /** Blocks between two ACKs. */
  readonly windowSize: number;
  /** The block number after 65535. Default 0. */
  readonly rollover?: Rollover | undefined;
  /**
   * Retransmissions before the peer's first answer, where those are to be fewer than `retries`: nobody knows yet whether
   * the request's address was forged.
   */
  readonly firstRetries?: number | undefined;
  /**
   * Sends one packet. The memory may be used again only for a packet that comes later.
   *
   * @param memory - Holds the packet from its start.
   * @param length - Octets of the packet.
   */
  readonly transmit: (memory: Uint8Array, length: number) => void;
}

/** Counts of one transfer. */
export interface TftpCounts {
  /** Packets sent. */
  packetsOut: number;
  /** Packets that came and were read. */
  packetsIn: number;
  /** DATA, ACK and OACK packets that were sent more than once. */
  resent: number;
  /** Packets that came more than once. */
  duplicates: number;
  /** Deadlines that passed without an answer. */
  timeouts: number;
}

/** Counts at the beginning. */
export function noCounts(): TftpCounts {
  return { packetsOut: 0, packetsIn: 0, resent: 0, duplicates: 0, timeouts: 0 };
}
