/** What a client's transfers are made with. */
import type { Rollover, TftpAgreement, TftpCounts } from "../../protocol/index.ts";

/** What a transfer is told while it goes on. */
export interface TftpProgress {
  /** Octets on the wire so far. */
  readonly octets: number;
  /** Octets in all, where that is known. */
  readonly total: number | undefined;
}

/** How a file is received together with other clients (RFC 2090). */
export interface TftpGroupOptions {
  /** Milliseconds of silence before it is given up, while another client acknowledges. Default 60,000. */
  readonly patience?: number;
  /**
   * Octets that may wait in memory for those before them, where the target takes octets in order only; what comes beyond
   * is asked for again. Default 16 MiB.
   */
  readonly heldOctets?: number;
  /** The address of this machine from whose network the blocks come. Default: the one that reaches the server. */
  readonly interface?: string;
}

/** Options of `get` and `put`. */
export interface TftpTransferOptions {
  /** Default: what the URL says, or else `octet`. */
  readonly mode?: "octet" | "netascii";
  /** Octets of a block, 8 to 65464, that are asked for. Default 1428, which fits an Ethernet frame. */
  readonly blockSize?: number;
  /** Blocks of a window, 1 to 65535, that are asked for; with a `rollover` to 1, 32,767 at most. Default 16. */
  readonly windowSize?: number;
  /** Seconds before a retransmission, 1 to 255, that are asked for. Default: not asked; both ends adapt. */
  readonly timeout?: number;
  /** Whether the size is asked for, or told. Default: true in mode octet, where it is known. */
  readonly transferSize?: boolean;
  /**
   * Whether a file that is got in mode octet must have the size that the server told, if it told one other than 0; it
   * fails with kind `protocol` otherwise. Default true.
   */
  readonly checkSize?: boolean;
  /**
   * Whether a file is to be got together with other clients, by multicast (RFC 2090). A server that offers none sends it to
   * this client alone. Default false.
   */
  readonly multicast?: boolean | TftpGroupOptions;
  /** Whether no option is asked for: plain RFC 1350. Default false. */
  readonly plain?: boolean;
  /** Retransmissions without an answer before the server is given up. Default 6. */
  readonly retries?: number;
  /** Milliseconds before the first retransmission as long as no round trip was measured. Default 1,000. */
  readonly initialTimeout?: number;
  /** Milliseconds between two retransmissions at most. Default 10,000, or `initialTimeout` where that is longer. */
  readonly longestTimeout?: number;
  /** The block number after 65535. Default 0. */
  readonly rollover?: Rollover;
  /** The address of this machine to use. Default: the system's choice. */
  readonly localAddress?: string;
  /** The family of addresses to use. Default: the first that the name has. */
  readonly family?: 4 | 6;
  /** Octets that a file may have that is got. Default: no limit, and 1 GiB into memory. */
  readonly maxSize?: number;
  /** Gives the transfer up; it then fails with kind `aborted`. */
  readonly signal?: AbortSignal;
  /** Called now and then, and at the end. What it throws fails the transfer, with kind `aborted` and that as cause. */
  readonly onProgress?: (progress: TftpProgress) => void;
}

/** What became of a transfer. */
export interface TftpResult {
  /** Octets that moved, as they were on the wire. */
  readonly octets: number;
  readonly milliseconds: number;
  /** What the two ends agreed on. */
  readonly agreement: TftpAgreement;
  readonly counts: TftpCounts;
  /** The estimate of the round trip, in milliseconds. */
  readonly roundTrip: number | undefined;
}

/** Octets of a block that are asked for, unless an option says otherwise. */
export const wantedBlockSize = 1428;
/** Blocks of a window that are asked for, unless an option says otherwise. */
export const wantedWindowSize = 16;
/** Milliseconds between two retransmissions at most, unless an option says otherwise. */
export const longestTimeoutByDefault = 10_000;
/** How a file is received with others, unless an option says otherwise. */
export const usualGroup: Required<Omit<TftpGroupOptions, "interface">> = {
  patience: 60_000,
  heldOctets: 16 * 1024 * 1024,
};
/** Octets of a file that is got into memory, unless an option says otherwise. */
export const memoryLimit: number = 1024 ** 3;
