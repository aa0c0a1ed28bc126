/** What a TFTP server tells its application: requests, refusals and every transfer's fate. */
import type { TftpAgreement, TftpCounts } from "../../protocol/index.ts";
import type { TftpRequestInfo } from "./options.ts";

/** A request was not granted. */
export interface TftpRefusalEvent {
  /**
   * Undefined where the packet was no request that could be read. Its `file` is as it was asked for where the request was
   * refused before the rules, or by them.
   */
  readonly request: TftpRequestInfo | undefined;
  readonly remote: { readonly address: string; readonly port: number };
  /** The code of the ERROR packet. */
  readonly code: number;
  readonly message: string;
}

/** A transfer goes on. */
export interface TftpProgressEvent {
  /** Its `asked` is the name as it came, its `file` what the rules made of it. */
  readonly request: TftpRequestInfo;
  /**
   * Where the file lies in the storage: what the application's decision and `ignoreCase` made of the name as well.
   * Undefined for what the application supplied itself.
   */
  readonly path: string | undefined;
  readonly agreement: TftpAgreement;
  /** Octets on the wire that the peer has, or that came. */
  readonly octets: number;
}

/** A transfer ended. */
export interface TftpTransferEvent extends TftpProgressEvent {
  readonly milliseconds: number;
  /** The estimate of the round trip, in milliseconds. */
  readonly roundTrip: number | undefined;
  readonly counts: TftpCounts;
}

/** A transfer broke off. */
export interface TftpBrokenEvent extends TftpTransferEvent {
  readonly kind: "timeout" | "peer-error" | "protocol" | "file" | "aborted";
  readonly message: string;
  readonly cause: unknown;
}

/** The events of `TftpServer`, each with one argument. */
export interface TftpServerEvents {
  /** A request came from a peer that may make it; its name is rewritten. */
  request: [TftpRequestInfo];
  refusal: [TftpRefusalEvent];
  /** The transfer's options are agreed on, and it begins. */
  "transfer-start": [TftpProgressEvent];
  /** At most once a second a transfer. */
  progress: [TftpProgressEvent];
  /** The file is whole. */
  transfer: [TftpTransferEvent];
  "transfer-broken": [TftpBrokenEvent];
  /** The peer answered the OACK with ERROR: boot ROMs ask for the size so, and then ask again. No trouble at all. */
  declined: [TftpTransferEvent];
  "server-error": [{ readonly doing: string; readonly cause: unknown }];
}

/** What a server has done since it was made. */
export interface TftpServerCounters {
  requests: number;
  refusals: number;
  transfers: number;
  broken: number;
  declined: number;
  octetsSent: number;
  octetsReceived: number;
  resent: number;
  timeouts: number;
  /** Packets that came to a transfer from somebody else. */
  foreign: number;
}

/** Counters at the beginning. */
export function newCounters(): TftpServerCounters {
  return {
    requests: 0,
    refusals: 0,
    transfers: 0,
    broken: 0,
    declined: 0,
    octetsSent: 0,
    octetsReceived: 0,
    resent: 0,
    timeouts: 0,
    foreign: 0,
  };
}
