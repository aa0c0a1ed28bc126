/** What a TFTP server is made from; defaults are applied here, once. */
import { Networks, resolveBusyPoll } from "../../net/index.ts";
import type { Rollover, TftpOption } from "../../protocol/index.ts";
import type { ReadableFile, Storage, WritableFile } from "../../storage/index.ts";
import { defaultTftpLimits, type TftpServerLimits } from "./limits.ts";
import { resolveMulticast, type ResolvedMulticast, type TftpMulticastOptions } from "./multicast/multicast-options.ts";
import { compileRules, type Rewrite, type RewriteRule } from "./rewrite-rules.ts";

/** Where a server listens. */
export interface TftpListenerOptions {
  /**
   * An address of this machine. `0.0.0.0` and `::` are all its unicast addresses, each with a socket of its own: answers
   * come from the address that was asked, and broadcasts are never answered.
   */
  readonly host: string;
  /** 0 lets the system choose, with a single address only. Default 69. */
  readonly port?: number;
  /** Leaves this listener out, instead of failing, where the machine lacks the address family. Default false. */
  readonly optional?: boolean;
}

/** Reading by peers. */
export interface TftpReadOptions {
  /** Addresses and networks that may read. Default: all. */
  readonly from?: readonly string[];
}

/** Writing by peers. */
export interface TftpWriteOptions {
  /** Addresses and networks that may write. Default: all. */
  readonly from?: readonly string[];
  /** Whether new files may be made. Default true. */
  readonly create?: boolean;
  /** Whether files may be replaced. Default false. */
  readonly overwrite?: boolean;
  /** Octets of one file. Default 1 GiB. */
  readonly maxSize?: number;
  /**
   * Whether a file in mode octet must have the size that its peer told (tsize, RFC 2349): one of another is not stored. A
   * size of 0 is what peers tell that do not know it, and asks for nothing. Default true.
   */
  readonly checkSize?: boolean;
}

/** A request as the application sees it. */
export interface TftpRequestInfo {
  readonly operation: "read" | "write";
  /** The name, rewritten by the rules. It comes from the peer. */
  readonly file: string;
  /** The name as it was asked for. */
  readonly asked: string;
  readonly mode: "octet" | "netascii";
  readonly options: readonly TftpOption[];
  /** The peer. */
  readonly remote: { readonly address: string; readonly port: number };
  /** The address and port of this machine that were asked. */
  readonly local: { readonly address: string; readonly port: number };
}

/** What the application makes of a request. */
export type TftpDecision =
  /** ERROR with this text. Default code 2 (access violation). */
  | { readonly refuse: string; readonly code?: number }
  /** Another file of the storage. */
  | { readonly file: string }
  /** What is sent for a read. */
  | { readonly content: Uint8Array | string | ReadableFile }
  /** What takes a write. */
  | { readonly sink: WritableFile };

/** Options of `TftpServer`. */
export interface TftpServerOptions {
  readonly storage: Storage;
  /** Default: port 69 on all addresses. */
  readonly listeners?: readonly TftpListenerOptions[];
  /** Default true. */
  readonly read?: boolean | TftpReadOptions;
  /** Default false. */
  readonly write?: boolean | TftpWriteOptions;
  /**
   * Turns names into names of the storage: rules, or a function. Where the function throws, the request is refused.
   * Default: names are left.
   */
  readonly rewrite?: readonly RewriteRule[] | Rewrite;
  /**
   * Whether a file to be read that is not there is looked for in any case: each component as it is written, else the only
   * one in its folder that differs in case alone. Several that do are refused. Default false.
   */
  readonly ignoreCase?: boolean;
  /** Decides on each request: undefined lets it go on. */
  readonly onRequest?: (request: TftpRequestInfo) => TftpDecision | undefined | Promise<TftpDecision | undefined>;
  /** Whether all transfers go over the listener's port, where only one port gets through. Default false. */
  readonly singlePort?: boolean;
  /**
   * Sends a file once to all clients that read it at the same time and ask for that (RFC 2090): in mode octet, from the
   * storage, of 65,535 blocks at most. Not with `singlePort`, since a transfer to a group needs a port of its own. Default:
   * no multicast.
   */
  readonly multicast?: TftpMulticastOptions;
  /** The block number after 65535. Default 0. */
  readonly rollover?: Rollover;
  /**
   * Whether Windows' loaders may tell the size of each window (the option msftwindow, of no RFC), up to 255 blocks,
   * whatever `limits.windowSize` is. Default false.
   */
  readonly microsoftWindow?: boolean;
  /**
   * Milliseconds that the event loop is kept awake for the next packet of a peer that sent the last one as soon. A
   * processor that was let sleep takes longer to wake than a packet takes. 0 is never. Default 0.2.
   */
  readonly busyPoll?: number;
  readonly limits?: Partial<TftpServerLimits>;
}

/** Who may do something, and how. */
export interface ResolvedAccess {
  readonly allowed: boolean;
  readonly from: Networks | undefined;
}

/** Options with every default in place. */
export interface ResolvedTftpOptions {
  readonly storage: Storage;
  readonly listeners: readonly Required<TftpListenerOptions>[];
  readonly read: ResolvedAccess;
  readonly write: ResolvedAccess & Required<Omit<TftpWriteOptions, "from">>;
  readonly rewrite: Rewrite | undefined;
  readonly ignoreCase: boolean;
  readonly onRequest: TftpServerOptions["onRequest"];
  readonly singlePort: boolean;
  readonly multicast: ResolvedMulticast | undefined;
  readonly rollover: Rollover;
  readonly microsoftWindow: boolean;
  readonly busyPoll: number;
  readonly limits: TftpServerLimits;
}

/** The largest file that may be written, in octets, unless an option says otherwise. */
const defaultMaxSize = 1024 ** 3;

/** Applies the defaults. @throws RangeError for a port, limit, span, network or rule that cannot be meant. */
export function resolveTftpOptions(options: TftpServerOptions): ResolvedTftpOptions {
  const limits = { ...defaultTftpLimits, ...options.limits };
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isFinite(value) || value < 0) throw new RangeError(`limits.${name} must be a number of 0 or more`);
  }
  const { read = true, write = false, rewrite, multicast, singlePort = false } = options;
  if (multicast !== undefined && singlePort) throw new RangeError("multicast cannot be had with singlePort");
  const writing = typeof write === "boolean" ? {} : write;
  return {
    storage: options.storage,
    listeners: (options.listeners ?? [{ host: "0.0.0.0" }, { host: "::", optional: true }]).map((listener) => ({
      port: 69,
      optional: false,
      ...listener,
    })),
    read: access(read !== false, typeof read === "boolean" ? undefined : read.from, "read.from"),
    write: {
      ...access(write !== false, writing.from, "write.from"),
      create: writing.create ?? true,
      overwrite: writing.overwrite ?? false,
      maxSize: writing.maxSize ?? defaultMaxSize,
      checkSize: writing.checkSize ?? true,
    },
    rewrite: typeof rewrite === "function" || rewrite === undefined ? rewrite : compileRules(rewrite),
    ignoreCase: options.ignoreCase ?? false,
    onRequest: options.onRequest,
    singlePort,
    multicast: multicast === undefined ? undefined : resolveMulticast(multicast),
    rollover: options.rollover ?? 0,
    microsoftWindow: options.microsoftWindow ?? false,
    busyPoll: resolveBusyPoll(options.busyPoll),
    limits,
  };
}

function access(allowed: boolean, from: readonly string[] | undefined, option: string): ResolvedAccess {
  return { allowed, from: from === undefined ? undefined : new Networks(from, option) };
}
