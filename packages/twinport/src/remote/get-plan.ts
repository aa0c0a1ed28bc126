/** What `get` is to do: patterns become files, and each file gets its place on this machine. */
import { mkdir, stat as statLocal } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LocalFileError, unsafeLocalName, type FtpClient, type FtpPool, type FtpUrl } from "@twinport/core/ftp-client";
import { printable, UsageError } from "../exit-codes.ts";
import { withoutPassword } from "./each.ts";
import type { Found } from "./glob.ts";
import { expandRemote, patternOfUrl, type OnFault } from "./remote-glob.ts";
import { readUrl } from "./session.ts";
import type { Note, ServerPools } from "./server-pools.ts";

/** A file or folder that is to come. */
export interface Fetch {
  readonly url: FtpUrl;
  readonly pool: FtpPool;
  readonly path: string;
  /** `-` is stdout. */
  readonly local: string;
  readonly isFolder: boolean;
  /** Octets, where they are known already. */
  readonly size: number | undefined;
}

/** How the arguments are read. */
export interface GetPlanOptions {
  readonly recursive?: boolean;
  readonly glob?: boolean;
}

interface Source {
  readonly url: FtpUrl;
  readonly pool: FtpPool;
  readonly found: Found;
}

/**
 * Looks at what the URLs name.
 *
 * @param output - As `--output`: a file, a folder, or `-`.
 * @param onFault - Told of folders in which patterns could not be held against everything.
 * @throws UsageError for places that contradict each other.
 */
export async function planGet(
  urls: readonly string[],
  output: string | undefined,
  options: GetPlanOptions,
  pools: ServerPools,
  note: Note,
  signal: AbortSignal,
  onFault: OnFault,
): Promise<Fetch[]> {
  const sources: Source[] = [];
  let several = urls.length > 1;
  for (const text of urls) {
    const url = readUrl(text);
    const pool = await pools.of(url);
    const pattern = options.glob === false ? undefined : patternOfUrl(text);
    if (pattern !== undefined) several = true;
    const found =
      pattern === undefined ? undefined : await pool.use((client) => expandRemote(client, pattern, signal, onFault));
    if (found === undefined || found.length === 0) {
      // What matches nothing is taken for a name: such there are.
      sources.push({ url, pool, found: await lookAt(pool, url.path, options, signal) });
    } else
      sources.push(...wanted(found, withoutPassword(text), options, note).map((each) => ({ url, pool, found: each })));
  }
  return places(sources, several, output, options);
}

/** Folders are what `--recursive` is for. What the listing does not tell is found out by asking for it. */
function wanted(found: readonly Found[], text: string, { recursive }: GetPlanOptions, note: Note): Found[] {
  const files = found.filter(({ kind }) => recursive === true || kind !== "directory");
  const folders = found.length - files.length;
  if (folders > 0) note(`twinport: ${text}: folders are left out: ${folders}; -r downloads them`);
  return files;
}

async function lookAt(pool: FtpPool, path: string, { recursive }: GetPlanOptions, signal: AbortSignal): Promise<Found> {
  if (path === "" || path.endsWith("/")) return { path, kind: "directory" };
  if (recursive !== true) return { path, kind: "file" };
  const stat = (client: FtpClient): Promise<Omit<Found, "path">> => client.stat(path, { signal });
  const { kind, size } = await pool.use(stat);
  return { path, kind, size };
}

async function places(
  sources: readonly Source[],
  several: boolean,
  output: string | undefined,
  options: GetPlanOptions,
): Promise<Fetch[]> {
  const folder = await targetFolder(several, output);
  const taken = new Map<string, string>();
  const planned: Fetch[] = [];
  for (const { url, pool, found } of sources) {
    const isFolder = found.kind === "directory";
    if (isFolder && options.recursive !== true) throw new UsageError("This is a folder; -r downloads folders");
    const local = placeOf(found.path, isFolder, several, folder, output);
    const before = local === "-" ? undefined : taken.get(resolve(local));
    if (before !== undefined) {
      throw new UsageError(`${printable(before)} and ${printable(found.path)} would both become ${printable(local)}`);
    }
    taken.set(resolve(local), found.path);
    planned.push({ url, pool, path: found.path, local, isFolder, size: found.size });
  }
  return planned;
}

/** The local folder that files go into; undefined where the output is the file itself. */
async function targetFolder(several: boolean, output: string | undefined): Promise<string | undefined> {
  if (output === undefined || output === "-") return undefined;
  const stats = await statLocal(output).catch(() => undefined);
  if (stats?.isDirectory() === true) return output;
  if (output.endsWith("/")) {
    await mkdir(output, { recursive: true }).catch((cause: unknown) => {
      throw new LocalFileError(`Making ${output}`, cause instanceof Error ? cause.message : String(cause), { cause });
    });
    return output;
  }
  if (several)
    throw new UsageError(`${output} is no folder, and several files are to go there; end it with / to make it`);
  return undefined;
}

/** Into a folder under its own name, or to the very path that was given. A single tree goes to the path itself, as ever. */
function placeOf(
  path: string,
  isFolder: boolean,
  several: boolean,
  folder: string | undefined,
  output: string | undefined,
): string {
  if (output === "-") return output;
  const name = localName(path);
  if (isFolder && !several) return output ?? (name || ".");
  if (output !== undefined && folder === undefined) return output;
  const reason = unsafeLocalName(name);
  if (reason !== undefined) throw new UsageError(`The name cannot be used here (${reason}); give one with --output`);
  return folder === undefined ? name : join(folder, name);
}

function localName(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}
