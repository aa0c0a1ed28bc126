/** The limits of a TFTP server, each with a name, a unit and a default. */

/** Limits of a server. Every buffer, list, wait and retry that a peer can make long has one. */
export interface TftpServerLimits {
  /** Transfers in all. Default 4,096. */
  readonly transfers: number;
  /** Transfers of one address. Default 1,024. */
  readonly transfersPerAddress: number;
  /** The largest blksize that is agreed on, in octets. Default 65,464. */
  readonly blockSize: number;
  /**
   * The largest windowsize that is agreed on, in blocks; more than 64 breaks some peers. With a `rollover` to 1 it is never
   * more than 32,767. Default 64.
   */
  readonly windowSize: number;
  /**
   * Transfers that are over, and are kept only to repeat their last ACK, should it be lost; the oldest ends early for one
   * more. Default 1,024.
   */
  readonly dallying: number;
  /**
   * Milliseconds for which the last ACK can be repeated: clients send again after 5 s. A timeout that was agreed on makes it
   * longer. Default 12,000.
   */
  readonly dally: number;
  /** Octets of one transfer's window: a window is made smaller to fit. Default 4 MiB. */
  readonly windowOctets: number;
  /** Octets of all windows together. Default 256 MiB. */
  readonly windowOctetsInAll: number;
  /** Retransmissions without an answer before a peer is given up. Default 6. */
  readonly retries: number;
  /**
   * Retransmissions before a peer's first answer: until then it may be a forged address, and each one amplifies.
   * Default 3.
   */
  readonly firstRetries: number;
  /** Milliseconds before the first retransmission as long as no round trip was measured. Default 1,000. */
  readonly initialTimeout: number;
  /**
   * Milliseconds before a retransmission at least, and beyond the round trip: a device that answered the last block at once
   * may write its flash before it answers this one. Default 250.
   */
  readonly shortestTimeout: number;
  /** Milliseconds between two retransmissions at most. Default 10,000. */
  readonly longestTimeout: number;
  /** Multicast groups at once. Default 64. */
  readonly multicastGroups: number;
  /** Clients of one multicast group. Default 256. */
  readonly multicastClients: number;
  /** Retransmissions without an answer before a multicast group's master client is passed over. Default 3. */
  readonly multicastRetries: number;
  /** How often a client is passed over before it is given up. Default 2. */
  readonly multicastTurns: number;
  /** Milliseconds in which a file must be opened, the application's decision included. Default 30,000. */
  readonly openTimeout: number;
  /** Milliseconds between two looks at the machine's addresses, where a wildcard is listened on. Default 10,000. */
  readonly addressTick: number;
  /** Entries of one folder that are looked at for a name in another case (`ignoreCase`). Default 10,000. */
  readonly caseLookupEntries: number;
}

/** The limits unless options say otherwise. */
export const defaultTftpLimits: TftpServerLimits = {
  transfers: 4096,
  transfersPerAddress: 1024,
  dallying: 1024,
  dally: 12_000,
  blockSize: 65_464,
  windowSize: 64,
  windowOctets: 4 * 1024 * 1024,
  windowOctetsInAll: 256 * 1024 * 1024,
  retries: 6,
  firstRetries: 3,
  initialTimeout: 1_000,
  shortestTimeout: 250,
  longestTimeout: 10_000,
  openTimeout: 30_000,
  multicastGroups: 64,
  multicastClients: 256,
  multicastRetries: 3,
  multicastTurns: 2,
  addressTick: 10_000,
  caseLookupEntries: 10_000,
};
