/** Options and results of the client's operations. */
import type { Bandwidth } from "../net/index.ts";
import type { ProgressEvent } from "./events.ts";
import type { FormatOptions } from "./format-options.ts";

/** What every operation takes last. */
export interface OperationOptions {
  /** Ends the operation early. The client is usable again, or says that it is closed. */
  readonly signal?: AbortSignal;
}

/** Options of `list`. */
export interface ListOptions extends OperationOptions {
  /**
   * Whether a listing that shows nothing is an error where the server never tells a directory itself, so that an empty one
   * looks like one that cannot be read: for who removes what is not listed. Default false.
   */
  readonly mustBeSure?: boolean;
  /**
   * Whether names are told that LIST leaves out on some servers, as those that begin with a dot: by `LIST -a`, where the
   * server knows it. MLSD tells all of them anyway. Default false; trees, mirrors and storages do.
   */
  readonly all?: boolean;
}

/** Options of `openRead`. */
export interface OpenReadOptions extends OperationOptions, FormatOptions {
  /** Octets to skip, in a type that keeps them as they are stored (I, E, L of whole octets), structure file. Default 0. */
  readonly offset?: number;
  /** What this transfer may move in a second, beside what limits the client. Default: no limit of its own. */
  readonly bandwidth?: Bandwidth;
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** Options of `download`. */
export interface DownloadOptions extends OpenReadOptions {
  /**
   * Goes on with what a broken download left under `<name>.part`, or else where the local file ends, in place of
   * beginning anew. For the same types as `offset`. Default false.
   */
  readonly resume?: boolean;
  /** Gives the local file the time that the server tells. Default false. */
  readonly preserveTime?: boolean;
  /** Compares the server's hash with that of the octets here, before a file of this machine takes its name. Default false. */
  readonly verify?: boolean;
}

/** Options of `upload` and `append`. */
export interface UploadOptions extends OperationOptions, FormatOptions {
  /** Goes on where the server's file ends, in a type that keeps octets as they are stored, structure file. Default false. */
  readonly resume?: boolean;
  /**
   * Octets of the source to skip, and of the server's file to leave as they are (REST). For the same types as `resume`.
   * Default 0.
   */
  readonly offset?: number;
  /** Gives the server's file the time of the local one. Default false. */
  readonly preserveTime?: boolean;
  /** Compares the server's hash with that of the octets here, after the upload. Default false. */
  readonly verify?: boolean;
  /** As `OpenReadOptions.bandwidth`. */
  readonly bandwidth?: Bandwidth;
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** Options of `openWrite`. */
export interface OpenWriteOptions extends OperationOptions, Omit<FormatOptions, "restart" | "recordLengths"> {
  /** Whether what is written goes after what is there. Default false: it takes its place. */
  readonly append?: boolean;
  /** Octets of the server's file that stay, before what is written; by REST where the server has it. Default 0. */
  readonly offset?: number;
  /** What this transfer may move in a second, beside what limits the client. Default: no limit of its own. */
  readonly bandwidth?: Bandwidth;
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** What a transfer did. */
export interface TransferResult {
  readonly path: string;
  /** Octets that moved now. */
  readonly bytes: number;
  /** Octets that were there before. */
  readonly offset: number;
  readonly milliseconds: number;
  /** The lengths of the records that came, where their layout is `index`: octets each. */
  readonly recordLengths?: readonly number[];
}
