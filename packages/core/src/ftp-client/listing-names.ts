/**
 * Names of listings. Some servers tell an entry with its directory before it (`/DRV/AUD/A1.PDF`, `./a.txt`), or with a
 * slash behind it (`sub/`, as `ls -F`): what is meant is the last component, where the rest is the directory that was
 * listed. A name that is still none makes the listing one that must not be taken for whole.
 */
import { posix } from "node:path";
import type { ListedEntry } from "../protocol/index.ts";
import { FtpTransferError } from "./errors.ts";

/** Whether a name can be one component of a path. */
export function isUsableName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0\r\n]/.test(name);
}

/** Characters of a line or name that an error shows. */
const shown = 200;

/**
 * Why a listing must not be taken for whole: what it does not tell may be there all the same, so nothing may be removed,
 * nor success reported, because of what is missing in it.
 *
 * @param entries - What `FtpClient.list` returned.
 * @returns The reason in words; undefined where every line was understood and every name can be used.
 */
export function listingFault(entries: readonly ListedEntry[]): string | undefined {
  for (const entry of entries) {
    // What comes from no line at all, as a file's size alone, is no line that was not understood.
    if (entry.dialect === undefined && entry.raw !== "")
      return `a line of the listing is not understood: ${JSON.stringify(entry.raw.slice(0, shown))}`;
    if (!isUsableName(entry.name))
      return `a name in the listing cannot be used: ${JSON.stringify(entry.name.slice(0, shown))}`;
  }
  return undefined;
}

/** The error that says so, for whoever goes on with what is usable; undefined for a listing that is whole. */
export function incompleteListing(tried: string, entries: readonly ListedEntry[]): FtpTransferError | undefined {
  const fault = listingFault(entries);
  return fault === undefined ? undefined : new FtpTransferError("incomplete-listing", tried, fault);
}

/** The directory that was listed. */
export interface ListedDirectory {
  /** As it was asked for; undefined is the working directory. */
  readonly path: string | undefined;
  /** The working directory, where it is known. */
  readonly here: string | undefined;
}

/** Whether a name has to be held against the directory before it can be used. */
export function isQualified(name: string): boolean {
  return name.includes("/");
}

/**
 * The last component of a name, where the rest is the listed directory.
 *
 * @param ignoresCase - Whether the server's paths are the same in either case.
 * @returns The name as it came where it belongs to another directory; `.` for the listed directory itself.
 */
export function nameWithin(name: string, directory: ListedDirectory, ignoresCase = false): string {
  const clean = withoutDots(name);
  if (!isQualified(clean)) return clean;
  const fold = (path: string): string => (ignoresCase ? path.toLowerCase() : path);
  const candidates = pathsOf(directory).map(fold);
  if (candidates.includes(fold(clean))) return ".";
  const slash = clean.lastIndexOf("/");
  const above = slash === 0 ? "/" : clean.slice(0, slash);
  return candidates.includes(fold(above)) ? clean.slice(slash + 1) : name;
}

/** Entries of a listing under their own names; the directory itself, and the one above, are left out. */
export function entriesWithin(entries: readonly ListedEntry[], directory: ListedDirectory): ListedEntry[] {
  const within: ListedEntry[] = [];
  for (const entry of entries) {
    if (entry.dialect === undefined || !isQualified(entry.name)) {
      within.push(entry);
      continue;
    }
    const name = nameWithin(entry.name, directory, entry.dialect === "os400");
    if (name === "." || name === "..") continue;
    const kind = entry.kind === "unknown" && entry.name.endsWith("/") ? "directory" : entry.kind;
    within.push({ ...entry, name, kind });
  }
  return within;
}

/** `./sub/` is `sub`; `/` stays what it is. */
function withoutDots(name: string): string {
  const trimmed = name.replace(/^(?:\.\/+)+(?=.)/, "").replace(/(?<=.)\/+$/, "");
  return trimmed.replace(/\/{2,}/g, "/");
}

/** Every way in which the listed directory may stand before a name. */
function pathsOf({ path, here }: ListedDirectory): string[] {
  const paths: string[] = [];
  if (path !== undefined) paths.push(withoutDots(posix.normalize(path)));
  if (here !== undefined) paths.push(withoutDots(posix.resolve("/", here, path ?? ".")));
  return paths;
}
