/** Servers under a name: `$XDG_CONFIG_HOME/twinport/bookmarks.json`, URLs by their names. */
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { UsageError } from "../exit-codes.ts";

/** Where the bookmarks are (XDG Base Directory Specification). */
export function bookmarksPath(env: NodeJS.ProcessEnv = process.env): string {
  const config = env["XDG_CONFIG_HOME"];
  return join(
    config === undefined || config === "" ? join(homedir(), ".config") : config,
    "twinport",
    "bookmarks.json",
  );
}

/** All of them, by name. A file that is missing has none. */
export async function readBookmarks(path: string = bookmarksPath()): Promise<Map<string, string>> {
  const text = await readFile(path, "utf8").catch(() => "{}");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path} is no JSON`, { cause });
  }
  if (typeof value !== "object" || value === null) throw new UsageError(`${path} must hold an object`);
  return new Map(Object.entries(value).flatMap(([name, url]) => (typeof url === "string" ? [[name, url]] : [])));
}

/** Writes all of them. @throws What the system says. */
export async function writeBookmarks(
  bookmarks: ReadonlyMap<string, string>,
  path: string = bookmarksPath(),
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const text = JSON.stringify(Object.fromEntries([...bookmarks].sort(([a], [b]) => (a < b ? -1 : 1))), undefined, 2);
  const written = `${path}.${process.pid}.new`;
  await writeFile(written, `${text}\n`, { mode: 0o600 });
  await chmod(written, 0o600);
  await rename(written, path);
}

/** The URL of a bookmark. */
export async function findBookmark(name: string): Promise<string | undefined> {
  return (await readBookmarks()).get(name);
}
