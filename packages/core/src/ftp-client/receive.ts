/** Downloads, all by `openRead`: into streams, memory, and files of this machine. */
import { rm } from "node:fs/promises";
import type { Writable } from "node:stream";
import type { WritableStream } from "node:stream/web";
import type { WritableFile } from "../bytes/index.ts";
import { bandwidthLimits, inwardLine, paceOf } from "../net/index.ts";
import type { Destination } from "../storage/index.ts";
import * as attributes from "./attributes.ts";
import { beginTransfer } from "./begin-transfer.ts";
import type { ClientContext } from "./client-context.ts";
import { downloadMode } from "./compression.ts";
import { FtpDownload } from "./download.ts";
import { FtpTransferError } from "./errors.ts";
import { keepsOffsets, mustKeepOffsets, resolveFormat, type ResolvedFormat } from "./format-options.ts";
import {
  findResumable,
  localDestination,
  openLocalWrite,
  partPath,
  takeName,
  type LocalWriteOptions,
} from "./local-file.ts";
import { recordLengthsOf } from "./markers.ts";
import { ProgressTeller } from "./progress-teller.ts";
import { BytesSink, nodeSink, webSink } from "./sinks.ts";
import type { DownloadOptions, OpenReadOptions, TransferResult } from "./transfer-options.ts";
import { Verification } from "./verification.ts";

/** As `FtpClient.openRead`. @param release - Called once the download is closed. */
export async function openRead(
  context: ClientContext,
  path: string,
  options: OpenReadOptions,
  release: () => void,
): Promise<FtpDownload> {
  const { restart, signal, onProgress, onMarker } = options;
  const offset = restart?.offset ?? options.offset ?? 0;
  const how = resolveFormat(options, downloadMode(context, path));
  const limits = [...context.options.bandwidth, ...bandwidthLimits(options.bandwidth)];
  const { format, plain } = how;
  if (restart === undefined && offset > 0) mustKeepOffsets(format, "Going on at an offset");
  const transfer = await beginTransfer(context, how, {
    verb: "RETR",
    argument: path,
    restart: restart?.marker ?? offset,
    tried: `Downloading ${path}`,
    signal,
  });
  const named = sizeInText(transfer.preliminary.text);
  // What is named need not be what travels.
  const announced = plain ? named : undefined;
  let stored = 0;
  const size = announced === undefined ? undefined : announced + offset;
  const progress = new ProgressTeller(context, { path, direction: "download", offset, size }, onProgress);
  return new FtpDownload({
    transfer,
    path,
    offset,
    announced,
    pump: {
      buffers: context.buffers,
      stallTimeout: context.options.stallTimeout,
      pace: paceOf(limits),
      signal,
    },
    line: plain
      ? undefined
      : (sink) => {
          const decoding = {
            offset,
            keepsMemory: true,
            onMarker: (marker: string, position: number) => onMarker?.({ marker, offset: position }),
          };
          const counted = countingSink(sink, (count) => {
            stored += count;
          });
          return inwardLine(keepsOffsets(format) ? counted : sink, format, how.options, decoding, context.options);
        },
    check: (received) => {
      progress.flush();
      if (!isCountable(how, named)) return Promise.resolve();
      return checkSize(context, path, offset, plain ? received : stored, named);
    },
    release: () => {
      progress.flush();
      release();
    },
    onBytes: (count) => progress.add(count),
  });
}

/**
 * Whether the octets that are stored can be held against SIZE, for what that costs: SIZE is asked in stream mode, which
 * ends a connection that is kept. In modes B and C the data tells its end, so that a number must be in doubt first.
 */
function isCountable({ format }: ResolvedFormat, named: number | undefined): boolean {
  return keepsOffsets(format) && (named !== undefined || format.mode === "S" || format.mode === "Z");
}

/** A sink that counts. Places of their own are for pages, whose octets are not counted. */
function countingSink<T>(sink: WritableFile<T>, count: (octets: number) => void): WritableFile<T> {
  return {
    write: async (from) => {
      await sink.write(from);
      count(from.length);
    },
    commit: () => sink.commit(),
    abandon: () => sink.abandon(),
  };
}

/** The size in a preliminary reply: `Opening … for name (1234 bytes)`. The name before it may hold another. */
function sizeInText(text: string): number | undefined {
  const match = [...text.matchAll(/\((\d{1,16}) bytes\)/gi)].at(-1);
  return match === undefined ? undefined : Number(match[1]);
}

/**
 * Compares the octets that came with those that the server has. What 150 named may be the whole file's or the rest's, and
 * some servers name nonsense: only SIZE can convict.
 */
async function checkSize(
  context: ClientContext,
  path: string,
  offset: number,
  received: number,
  named: number | undefined,
): Promise<void> {
  if (!context.options.checkSize || named === received || named === received + offset) return;
  const size = await attributes.size(context, path);
  if (size === undefined || size === received + offset) return;
  throw new FtpTransferError(
    "size-mismatch",
    `Downloading ${path}`,
    `the server has ${size} octets, and ${received + offset} are here`,
  );
}

/** As `FtpClient.downloadBytes`. */
export async function receiveBytes(
  context: ClientContext,
  path: string,
  most: number,
  options: DownloadOptions,
): Promise<Uint8Array> {
  const verification = await verificationOf(context, path, options, options.offset ?? 0);
  const download = await openRead(context, path, options, ignore);
  const sink = new BytesSink(most, `Downloading ${path}`);
  return download.into(verification?.writing(sink) ?? sink);
}

async function verificationOf(
  context: ClientContext,
  path: string,
  options: DownloadOptions,
  start: number,
): Promise<Verification | undefined> {
  const { verify, signal } = options;
  if (verify !== true) return undefined;
  return Verification.begin(context, { path, tried: `Downloading ${path}`, format: options, start, signal });
}

/** As `FtpClient.download`. */
export async function receiveInto(
  context: ClientContext,
  path: string,
  to: string | Writable | WritableStream<Uint8Array>,
  options: DownloadOptions,
): Promise<TransferResult> {
  const begun = Date.now();
  const { restart } = options;
  if (options.resume === true && restart === undefined) {
    mustKeepOffsets(resolveFormat(options, downloadMode(context, path)).format, "Resuming a download");
  }
  const goesOn = options.resume === true || restart !== undefined;
  const target = typeof to === "string" ? await localDestination(to) : to;
  const destination = "replaceable" in target ? target : undefined;
  const resumed = goesOn && destination?.replaceable === true ? await findResumable(destination.path) : undefined;
  if (restart !== undefined && resumed !== undefined && resumed.size < restart.offset) {
    throw new FtpTransferError(
      "cannot-resume",
      `Downloading ${path}`,
      `the restart is at ${restart.offset} octets, and only ${resumed.size} are here`,
    );
  }
  const offset = restart?.offset ?? resumed?.size ?? options.offset ?? 0;
  const verification = await verificationOf(context, path, options, resumed === undefined ? offset : 0);
  if (resumed !== undefined && offset > 0) await verification?.addFile(resumed.file, offset);
  if (offset > 0 && restart === undefined && resumed !== undefined && destination !== undefined) {
    const size = await attributes.size(context, path);
    if (size === offset) {
      await verification?.compare();
      await takeName(resumed.file, destination.path, await timeOf(context, path, options));
      return { path, bytes: 0, offset, milliseconds: Date.now() - begun };
    }
    if (size !== undefined && size < offset) {
      throw new FtpTransferError(
        "cannot-resume",
        `Downloading ${path}`,
        `${offset} octets are here, and the server has only ${size}`,
      );
    }
  }
  const modified = await timeOf(context, path, options);
  let bytes = 0;
  const download = await openRead(
    context,
    path,
    {
      ...options,
      offset,
      onProgress: (event) => {
        bytes = event.bytes;
        options.onProgress?.(event);
      },
    },
    ignore,
  );
  const local = { offset, resumed: resumed?.file, modified };
  const sink = await sinkFor(download, target, local, options.signal);
  try {
    await download.into(verification?.writing(sink) ?? sink);
  } catch (error) {
    // What is known to be wrong must not be gone on with.
    if (verification?.mismatched === true && destination?.replaceable === true) {
      await rm(partPath(destination.path), { force: true });
    }
    throw error;
  }
  const { recordIndex } = download;
  const records = recordIndex === undefined ? {} : { recordLengths: recordLengthsOf(recordIndex) };
  return { path, bytes, offset, milliseconds: Date.now() - begun, ...records };
}

/** The time that the local file is to have; undefined for that of its writing. */
async function timeOf(
  context: ClientContext,
  path: string,
  { preserveTime }: DownloadOptions,
): Promise<number | undefined> {
  return preserveTime === true ? attributes.modifiedTime(context, path) : undefined;
}

async function sinkFor(
  download: FtpDownload,
  to: Destination | Writable | WritableStream<Uint8Array>,
  options: LocalWriteOptions,
  signal: AbortSignal | undefined,
): Promise<WritableFile> {
  try {
    if ("replaceable" in to) return await openLocalWrite(to, options);
    return "getWriter" in to ? webSink(to, signal) : nodeSink(to, signal);
  } catch (error) {
    await download.close();
    throw error;
  }
}

function ignore(): void {
  // The queue itself waits for this operation: nothing is to be released.
}
