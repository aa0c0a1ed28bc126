/**
 * Whole folders, one file after the other. Names that a server tells never lead out of the local folder: what could is
 * left out with a warning in the result, and links of this machine inside the target are not followed.
 */
import { lstat, mkdir, opendir } from "node:fs/promises";
import { join, sep } from "node:path";
import type { ListedEntry } from "../protocol/index.ts";
import type { FtpClient } from "./client.ts";
import { FtpReplyError, FtpTransferError, LocalFileError } from "./errors.ts";
import type { ProgressEvent } from "./events.ts";
import type { FormatOptions } from "./format-options.ts";
import type { OperationOptions } from "./transfer-options.ts";

/** Folders that a tree goes down. */
export const treeDepth = 64;

/** Options of `downloadTree` and `uploadTree`. */
export interface TreeOptions extends OperationOptions, Omit<FormatOptions, "restart" | "onMarker" | "recordLengths"> {
  /** Goes on where a file ends already. Default false. */
  readonly resume?: boolean;
  /** Keeps modification times. Default false. */
  readonly preserveTime?: boolean;
  /** Compares hashes after each file. Default false. */
  readonly verify?: boolean;
  readonly onProgress?: (event: ProgressEvent) => void;
  /** Told of each file once it is done. */
  readonly onFile?: (file: { readonly path: string; readonly bytes: number }) => void;
}

/** What a tree moved. */
export interface TreeResult {
  readonly files: number;
  readonly directories: number;
  /** Octets that moved now. */
  readonly bytes: number;
  /** What was left out, and why. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

interface Tally {
  files: number;
  directories: number;
  bytes: number;
  skipped: { path: string; reason: string }[];
}

/** Why a name must not become a local one; undefined when it may. */
export function unsafeLocalName(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") return "it is no name of a file";

  if (/[/\0\r\n]/.test(name)) return "it holds a separator or a control character";
  if (sep === "\\" && /[\\:]|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name))
    return "this system gives it a meaning of its own";
  return undefined;
}

/** As `FtpClient.downloadTree`. */
export async function downloadTree(
  client: FtpClient,
  path: string,
  to: string,
  options: TreeOptions,
): Promise<TreeResult> {
  const tally: Tally = { files: 0, directories: 0, bytes: 0, skipped: [] };
  await downloadFolder(client, path, to, options, tally, 0);
  return tally;
}

async function downloadFolder(
  client: FtpClient,
  path: string,
  to: string,
  options: TreeOptions,
  tally: Tally,
  depth: number,
): Promise<void> {
  demandDepth(path, depth);
  await makeLocalFolder(to, depth);
  tally.directories++;
  for (const entry of await client.list(path === "" ? undefined : path, options)) {
    const remote = joinRemote(path, entry.name);
    const reason = unsafeLocalName(entry.name) ?? kindReason(entry) ?? (await linkReason(join(to, entry.name)));
    if (reason !== undefined) {
      tally.skipped.push({ path: remote, reason });
      continue;
    }
    const local = join(to, entry.name);
    if (entry.kind === "directory") await downloadFolder(client, remote, local, options, tally, depth + 1);
    else {
      const { bytes } = await client.download(remote, local, options);
      tally.files++;
      tally.bytes += bytes;
      options.onFile?.({ path: remote, bytes });
    }
  }
}

/** What stands there already and leads elsewhere: a file would be written where it leads. */
async function linkReason(local: string): Promise<string | undefined> {
  const stats = await lstat(local).catch(() => undefined);
  return stats?.isSymbolicLink() === true ? "a link stands in its place here" : undefined;
}

function kindReason(entry: ListedEntry): string | undefined {
  if (entry.kind === "symlink") return "it is a link";
  if (entry.kind === "other") return "it is neither a file nor a directory";
  if (entry.kind !== "unknown") return undefined;
  return entry.dialect === undefined
    ? "its line of the listing is not understood"
    : "the server does not tell what it is";
}

/** Makes a folder, or takes one that is there; a link in its place is refused below the top. */
async function makeLocalFolder(path: string, depth: number): Promise<void> {
  try {
    await mkdir(path, { recursive: depth === 0 });
  } catch (cause) {
    const stats = await lstat(path).catch(() => undefined);
    if (stats?.isDirectory() === true) return;
    throw new LocalFileError(`Making ${path}`, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** As `FtpClient.uploadTree`. */
export async function uploadTree(
  client: FtpClient,
  from: string,
  path: string,
  options: TreeOptions,
): Promise<TreeResult> {
  const tally: Tally = { files: 0, directories: 0, bytes: 0, skipped: [] };
  await uploadFolder(client, from, path, options, tally, 0);
  return tally;
}

async function uploadFolder(
  client: FtpClient,
  from: string,
  path: string,
  options: TreeOptions,
  tally: Tally,
  depth: number,
): Promise<void> {
  demandDepth(from, depth);
  if (path !== "" && path !== "/") await client.mkdir(path, { ...options, recursive: true });
  tally.directories++;
  const directory = await opendir(from).catch((cause: unknown) => {
    throw new LocalFileError(`Reading ${from}`, cause instanceof Error ? cause.message : String(cause), { cause });
  });
  const entries: { name: string; kind: "file" | "directory" | "other" }[] = [];
  for await (const entry of directory) {
    entries.push({ name: entry.name, kind: entry.isFile() ? "file" : entry.isDirectory() ? "directory" : "other" });
  }
  for (const { name, kind } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const local = join(from, name);
    const remote = joinRemote(path, name);
    if (/[\r\n]/.test(name) || kind === "other") {
      tally.skipped.push({
        path: local,
        reason: kind === "other" ? "it is neither a file nor a directory" : "its name cannot travel in a command",
      });
    } else if (kind === "directory") await uploadFolder(client, local, remote, options, tally, depth + 1);
    else {
      const { bytes } = await client.upload(local, remote, options);
      tally.files++;
      tally.bytes += bytes;
      options.onFile?.({ path: remote, bytes });
    }
  }
}

/** Removes a folder and all that is in it. Links are removed, not followed. */
export async function removeTree(client: FtpClient, path: string, options: OperationOptions, depth = 0): Promise<void> {
  demandDepth(path, depth);
  const entries = await client.list(path, options);
  // Before anything is gone: what is not known to be a file must not be removed as one.
  const unknown = entries.find(({ kind }) => kind === "unknown");
  if (unknown !== undefined) {
    const shown = JSON.stringify(unknown.name.slice(0, 200));
    throw new FtpTransferError("unsafe-name", `Removing ${path}`, `what ${shown} is the listing does not tell`);
  }
  for (const entry of entries) {
    if (entry.name === "" || entry.name.includes("/") || entry.name === "." || entry.name === "..") {
      throw new FtpTransferError("unsafe-name", `Removing ${path}`, "the server lists a name that is none");
    }
    const inside = joinRemote(path, entry.name);
    if (entry.kind === "directory") await removeTree(client, inside, options, depth + 1);
    else await client.remove(inside, options);
  }
  try {
    await client.removeDirectory(path, options.signal === undefined ? {} : { signal: options.signal });
  } catch (error) {
    if (error instanceof FtpReplyError && error.code === 550 && !(await client.exists(path, options))) return;
    throw error;
  }
}

function joinRemote(folder: string, name: string): string {
  if (folder === "" || folder === ".") return name;
  return folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}

function demandDepth(path: string, depth: number): void {
  if (depth > treeDepth)
    throw new FtpTransferError("too-large", `Walking ${path}`, `it goes down more than ${treeDepth} folders`);
}
