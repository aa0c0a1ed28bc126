/** Patterns in paths of this machine, for shells that leave them as they are. */
import { lstat, readdir, stat } from "node:fs/promises";
import { LocalFileError } from "@twinport/core/ftp-client";
import { expandGlob, isPattern, type Found } from "./glob.ts";

/** The files that an argument names: itself where it is there or no pattern, else what it matches. @throws LocalFileError when that is nothing. */
export async function expandLocal(argument: string): Promise<string[]> {
  if (!isPattern(argument)) return [argument];
  if ((await lstat(argument).catch(() => undefined)) !== undefined) return [argument];
  const found = await expandGlob(argument, { list, look });
  if (found.length === 0) throw new LocalFileError(`Reading ${argument}`, "nothing matches it");
  return found.map(({ path }) => path);
}

async function list(folder: string): Promise<(Omit<Found, "path"> & { readonly name: string })[] | undefined> {
  const entries = await readdir(folder === "" ? "." : folder, { withFileTypes: true }).catch(() => undefined);
  return entries?.map((entry) => ({
    name: entry.name,
    kind: entry.isDirectory() ? "directory" : entry.isSymbolicLink() ? "symlink" : entry.isFile() ? "file" : "other",
  }));
}

async function look(path: string): Promise<Found | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats === undefined ? undefined : { path, kind: stats.isDirectory() ? "directory" : "file", size: stats.size };
}
