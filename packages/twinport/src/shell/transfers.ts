/** Moving one file, as the settings say: names, types, restarts, progress, and what is told at the end. */
import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { PassThrough, Transform, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  LocalFileError,
  unsafeLocalName,
  type DownloadOptions,
  type FtpClient,
  type TransferResult,
  type UploadOptions,
} from "@twinport/core/ftp-client";
import { printable, UsageError } from "../exit-codes.ts";
import { localPath, session, type CommandContext, type Workplace } from "./context.ts";
import { foldCase, mapName } from "./name-map.ts";
import { programOutput } from "./output.ts";
import { baseName, joinRemote } from "../remote/remote-path.ts";
import { formatOf } from "./settings.ts";
import { summary } from "./transfer-view.ts";

/** Names that `runique` tries. */
const uniqueNames = 99;

/** How a file is fetched. */
export interface FetchOptions {
  /** Goes on where the local file ends. */
  readonly resume?: boolean;
}

/** Fetches a file. @param to - Where to, as it was typed; undefined is its own name, here. */
export async function fetchFile(
  context: CommandContext,
  path: string,
  to: string | undefined,
  { resume = false }: FetchOptions = {},
): Promise<void> {
  const client = await session(context);
  const { place, view } = context;
  if (to === "-") return fetchInto(context, client, path, context.output.stream);
  if (to?.startsWith("|") === true) {
    const output = programOutput(to.slice(1), place.folder);
    return fetchInto(context, client, path, output.stream).finally(() => output.close());
  }
  const local = await localTarget(place, path, to, resume);
  const shown = view.begin(baseName(path), place.settings);
  const options = {
    ...transferOptions(context, context.place.settings.throttleGet),
    resume,
    onProgress: shown.onProgress,
  };
  try {
    const { type, cr } = place.settings;
    const result =
      type === "ascii" && !cr
        ? await downloadWithReturns(client, path, local, options)
        : await client.download(path, local, options);
    shown.end(
      summary("Got", local === localPath(place, baseName(path)) ? path : `${path} as ${to ?? basename(local)}`, result),
    );
  } catch (error) {
    shown.end();
    throw error;
  } finally {
    place.restart = undefined;
  }
}

/** Writes a file to a stream, which stays open. */
export async function fetchInto(
  context: CommandContext,
  client: FtpClient,
  path: string,
  stream: Writable,
): Promise<void> {
  const { place } = context;
  const through = new PassThrough();
  const moved = pipeline(through, stream, { end: false });
  // A pager that is left ends the download, and that is no failure.
  const left = moved.catch(() => undefined);
  try {
    await client.download(path, through, transferOptions(context, context.place.settings.throttleGet));
  } catch (error) {
    if (!stream.destroyed || stream === process.stdout) throw error;
  } finally {
    place.restart = undefined;
    through.end();
    await left;
  }
}

/** What all transfers of a command go by. @param throttle - Octets a second at most; 0 is no limit. */
function transferOptions({ place, signal }: CommandContext, throttle: number): DownloadOptions & UploadOptions {
  const { settings, restart } = place;
  return {
    ...formatOf(settings),
    signal,
    preserveTime: settings.preserve,
    verify: settings.verify,
    onMarker: (point) => void (place.site.lastMarker = point),
    ...(throttle > 0 ? { bandwidth: throttle } : {}),
    ...(restart === undefined
      ? {}
      : restart.marker === undefined
        ? { offset: restart.offset }
        : { restart: { offset: restart.offset, marker: restart.marker } }),
  };
}

/** Where a file goes. @throws UsageError for a name that must not be used here. */
async function localTarget(place: Workplace, path: string, to: string | undefined, resume: boolean): Promise<string> {
  const target = to === undefined ? place.folder : localPath(place, to);
  const intoFolder =
    to === undefined || to.endsWith("/") || (await stat(target).catch(() => undefined))?.isDirectory() === true;
  const named = intoFolder ? join(target, localName(place, path)) : target;
  if (!place.settings.runique || resume || place.restart !== undefined) return named;
  return uniqueName(named);
}

/** The name of a file of the server, as it is to be here: `case`, `ntrans`, `nmap`. */
function localName(place: Workplace, path: string): string {
  const name = baseName(path);
  const mapped = mapName(place.settings.case ? foldCase(name) : name, place.names);
  const reason = unsafeLocalName(mapped);
  if (reason !== undefined) throw new UsageError(`${printable(mapped)} cannot be a name here (${reason}); give one`);
  return mapped;
}

async function uniqueName(path: string): Promise<string> {
  const isThere = async (name: string): Promise<boolean> => (await stat(name).catch(() => undefined)) !== undefined;
  if (!(await isThere(path))) return path;
  for (let number = 1; number <= uniqueNames; number++) {
    if (!(await isThere(`${path}.${number}`))) return `${path}.${number}`;
  }
  throw new LocalFileError(`Writing ${path}`, `there are ${uniqueNames} of that name already`);
}

/** Text with the line ends of the network: what `cr` off asks for. */
async function downloadWithReturns(
  client: FtpClient,
  path: string,
  local: string,
  options: DownloadOptions,
): Promise<TransferResult> {
  const rest = { ...options, resume: false, preserveTime: false, verify: false };
  const returns = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, Buffer.from(chunk.toString("latin1").replaceAll("\n", "\r\n"), "latin1"));
    },
  });
  const written = pipeline(returns, createWriteStream(local)).catch((cause: unknown) => {
    throw new LocalFileError(`Writing ${local}`, cause instanceof Error ? cause.message : String(cause), { cause });
  });
  const [result] = await Promise.all([client.download(path, returns, rest), written]);
  return result;
}

/** How a file is sent. */
export interface SendOptions {
  readonly append?: boolean;
  /** Goes on where the server's file ends. */
  readonly resume?: boolean;
}

/** Sends a file. @param to - Where to, as it was typed; undefined is its own name, in the working directory. */
export async function sendFile(
  context: CommandContext,
  from: string,
  to: string | undefined,
  { append = false, resume = false }: SendOptions = {},
): Promise<void> {
  const client = await session(context);
  const { place, view } = context;
  const { settings } = place;
  const source = from === "-" ? process.stdin : localPath(place, from);
  if (typeof source === "string") await demandFile(source, from);
  else if (to === undefined) throw new UsageError("What comes from stdin has no name: give one");
  const path =
    to === undefined
      ? mapName(basename(localPath(place, from)), place.names)
      : to.endsWith("/")
        ? joinRemote(to, basename(from))
        : to;
  const shown = view.begin(basename(from), settings);
  const options = { ...transferOptions(context, settings.throttlePut), resume, onProgress: shown.onProgress };
  try {
    const unique = settings.sunique && !append && !resume && place.restart === undefined;
    const result = unique
      ? await client.uploadUnique(source, to === undefined ? "" : path, { ...options, verify: false })
      : await client[append ? "append" : "upload"](source, path, options);
    place.site.forgetListings();
    shown.end(
      summary(
        append ? "Appended" : "Sent",
        basename(from) === result.path ? from : `${from} as ${result.path}`,
        result,
      ),
    );
  } catch (error) {
    shown.end();
    throw error;
  } finally {
    place.restart = undefined;
  }
}

async function demandFile(path: string, shown: string): Promise<void> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw new LocalFileError(`Reading ${shown}`, cause instanceof Error ? cause.message : String(cause), { cause });
  });
  if (stats.isDirectory()) throw new LocalFileError(`Reading ${shown}`, "it is a folder; mirror -R sends folders");
}

/** When a local file was modified, in milliseconds; undefined where there is none. */
export async function localModified(
  place: Workplace,
  path: string,
  to: string | undefined,
): Promise<number | undefined> {
  const target = await localTarget({ ...place, settings: { ...place.settings, runique: false } }, path, to, false);
  const stats = await stat(target).catch(() => undefined);
  return stats === undefined ? undefined : stats.mtimeMs;
}
