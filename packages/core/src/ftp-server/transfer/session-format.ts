/** How the files of a session travel now: its transfer parameters, its account's options, and what they allow. */
import { OffsetBeyondEndError } from "../../net/index.ts";
import {
  byteSizeOf,
  hasMarkers,
  isPlain,
  isText,
  message,
  restartUnit,
  unitOf,
  whyMeaningless,
  type DataFormat,
  type DataFormatOptions,
  type Message,
  type Text,
} from "../../protocol/index.ts";
import { StorageError, type VirtualPath } from "../../storage/index.ts";
import { CommandError } from "../command-error.ts";
import type { Session } from "../session/session.ts";

/** What stands in the name of a file's record index after the file's own. */
export const recordIndexSuffix = ".records";

/** How files of a session travel. */
export interface SessionFormat {
  readonly format: DataFormat;
  readonly options: DataFormatOptions;
}

/**
 * The format of the next file.
 *
 * @throws CommandError `parameter-not-implemented` for a combination that means nothing.
 */
export function sessionFormat(session: Session): SessionFormat {
  const why = whyMeaningless(session.parameters);
  if (why !== undefined) throw new CommandError("parameter-not-implemented", why);
  return { format: session.parameters, options: formatOptions(session) };
}

/** The format of the next listing: text of lines, whatever the type (RFC 959 §4.1.3). */
export function listingFormat(session: Session): SessionFormat {
  const { type, structure, mode } = session.parameters;
  const format: DataFormat = {
    type: type.type === "E" ? type : { type: "A", format: "N" },
    structure: structure === "R" ? "R" : "F",
    mode,
  };
  return { format, options: { ...formatOptions(session), markerInterval: 0 } };
}

function formatOptions({ parameters, host, account }: Session): DataFormatOptions {
  const { dataFormat } = host.options;
  const { deflateLevel } = parameters;
  const options = account.representation === undefined ? dataFormat : { ...dataFormat, ...account.representation };
  return deflateLevel === undefined ? options : { ...options, deflateLevel };
}

/** Where a download begins. */
export interface DownloadStart {
  /** Octets of the stored file before it. */
  readonly offset: number;
  /** Octets of what travels, after that, that are left out. */
  readonly skip: number;
}

/**
 * Where a download begins after REST: in stream mode the offset counts octets as they travel (RFC 3659 §5.3), in modes B
 * and C it is one of our markers, which count octets of the stored file.
 *
 * @throws StorageError `offset-out-of-range` where the file cannot be restarted there.
 */
export function downloadStart({ format, options }: SessionFormat, offset: number, path: VirtualPath): DownloadStart {
  if (offset === 0) return { offset: 0, skip: 0 };
  if (hasMarkers(format, options)) {
    const unit = restartUnit(format, options);
    if (unit !== undefined && offset % unit === 0) return { offset, skip: 0 };
    throw cannotRestart(path, message("That is no restart marker of this file"));
  }
  if (format.structure !== "F") throw cannotRestart(path, message("Records and pages restart in modes B and C only"));
  if (isPlain({ ...format, mode: "S" }) || format.type.type === "E") return { offset, skip: 0 };
  return { offset: 0, skip: offset };
}

/** @throws StorageError `offset-out-of-range` where an upload cannot begin at this offset, which is not 0. */
export function demandUploadRestart({ format, options }: SessionFormat, path: VirtualPath, offset: number): void {
  if (hasMarkers(format, options)) {
    const unit = uploadRestartUnit({ format, options });
    if (unit === undefined) throw cannotRestart(path, message("These records and pages cannot be restarted"));
    if (offset % unit !== 0) throw cannotRestart(path, message("That is no restart marker of this file"));
    return;
  }
  if (format.structure !== "F") throw cannotRestart(path, message("Records and pages restart in modes B and C only"));
  // Octets on the wire and octets in the store differ, and half a file that was received cannot be recounted.
  if (format.type.type === "A") throw cannotRestart(path, message("A text upload cannot be restarted; use TYPE I"));
  if (byteSizeOf(format.type) % 8 !== 0) throw cannotRestart(path, message("Packed logical bytes cannot be restarted"));
}

/** Octets of the stored file that an upload's restart must be a multiple of; undefined where there is none. */
export function uploadRestartUnit({ format, options }: SessionFormat): number | undefined {
  // A restart drops what lies beyond it: pages may lie there that came before others of lower numbers.
  if (format.structure === "P") return undefined;
  const binaryRecords = format.structure === "R" && !isText(format.type);
  if (binaryRecords && options.records.layout === "index") return undefined;
  if (binaryRecords && options.records.layout === "fixed") return options.records.length;
  return unitOf(format.type);
}

function cannotRestart(path: VirtualPath, text: Text): StorageError {
  return new StorageError("offset-out-of-range", text, { path });
}

/** What a restart beyond the end means to the peer; other errors as they are. */
export function asStorageError(error: unknown, path: VirtualPath): unknown {
  if (!(error instanceof OffsetBeyondEndError)) return error;
  return new StorageError("offset-out-of-range", message("{path} has fewer octets in this type", { path }), {
    path,
    cause: error,
  });
}

/** The preliminary reply's text. Clients read the size from it, in any language. */
export function openingText({ format }: SessionFormat, path: VirtualPath, octets?: number): Message {
  const mode = isText(format.type) ? "ASCII" : "BINARY";
  return octets === undefined
    ? message("Opening {mode} mode data connection for {path}", { mode, path })
    : message("Opening {mode} mode data connection for {path} ({octets} bytes)", { mode, path, octets });
}
