/** Servers under a name: `$XDG_CONFIG_HOME/twinport/bookmarks`, a name and a URL a line, without passwords. */
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Where the bookmarks are (XDG Base Directory Specification). */
export function bookmarksPath(env: NodeJS.ProcessEnv = process.env): string {
  const config = env["XDG_CONFIG_HOME"];
  return join(config === undefined || config === "" ? join(homedir(), ".config") : config, "twinport", "bookmarks");
}

/** All of them, by name. A file that is missing has none. */
export async function readBookmarks(path: string = bookmarksPath()): Promise<Map<string, string>> {
  const text = await readFile(path, "utf8").catch(() => "");
  const bookmarks = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, url] = /^(\S+)\s+(\S+)\s*$/.exec(line) ?? [];
    if (name !== undefined && url !== undefined && !name.startsWith("#")) bookmarks.set(name, url);
  }
  return bookmarks;
}

/** Writes all of them. @throws What the system says. */
export async function writeBookmarks(
  bookmarks: ReadonlyMap<string, string>,
  path: string = bookmarksPath(),
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const lines = [...bookmarks].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, url]) => `${name}\t${url}\n`);
  const written = `${path}.${process.pid}.new`;
  await writeFile(written, lines.join(""), { mode: 0o600 });
  await chmod(written, 0o600);
  await rename(written, path);
}

/** The URL of a bookmark. */
export async function findBookmark(name: string): Promise<string | undefined> {
  return (await readBookmarks()).get(name);
}
