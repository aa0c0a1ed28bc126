/**
 * All entries below a directory, links not followed.
 *
 * Node's own `readdir` with `recursive` is no help where there are links: with `withFileTypes`, Node 20 stays out of
 * links to directories, 24 enters them in some of its forms, and 26 in all of them, which in a circle of two links never
 * ends.
 */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** @returns The entries of `directory` and of each directory below it; a link is an entry, whatever it leads to. */
export async function entriesBelow(directory: string): Promise<Dirent[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => entriesBelow(join(directory, entry.name))),
  );
  return [...entries, ...below.flat()];
}
