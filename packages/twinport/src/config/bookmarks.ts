/** Bookmarks: names for URLs, usable wherever a URL is, as `NAME:path`; kept in a file of a name and a URL a line. */
import { parseFtpUrl, type FtpUrl } from "@twinport/core/ftp-client";
import { UsageError } from "../exit-codes.ts";
import { bookmarksFile } from "./config-folder.ts";
import { readSettingsFile, writeSettingsFile } from "./settings-file.ts";
import { suggestion } from "./nearest.ts";

/** A bookmark, and what stands behind its colon. */
export interface BookmarkedPath {
  readonly name: string;
  readonly url: FtpUrl;
  /** As it was typed: from the folder of the bookmark; with `/` at its start from the server's root. */
  readonly path: string;
}

/** All bookmarks, in the order of their names. @throws UsageError for a file that cannot be read. */
export function readBookmarks(): ReadonlyMap<string, string> {
  const lines = (readSettingsFile(bookmarksFile()) ?? "").split(/\r?\n/);
  const bookmarks = lines.flatMap((line): [string, string][] => {
    const [, name, url] = /^([^\s#]\S*)\s+(\S+)\s*$/.exec(line) ?? [];
    return name === undefined || url === undefined ? [] : [[name, url]];
  });
  return new Map(bookmarks.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Writes all bookmarks, for their owner alone to read. @throws Error of the system. */
export function writeBookmarks(bookmarks: ReadonlyMap<string, string>): void {
  const lines = [...bookmarks].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, url]) => `${name}\t${url}\n`);
  writeSettingsFile(bookmarksFile(), lines.join(""));
}

/** Whether a name may be a bookmark's: no scheme of a URL, and no letter of a drive. */
export function isBookmarkName(name: string): boolean {
  return /^[a-z0-9][\w.-]{1,63}$/i.test(name) && !/^(?:ftps?|ftpes|tftp|https?|file)$/i.test(name);
}

/** Reads `NAME:path`; undefined for what is no such thing, or names no bookmark. */
export function readBookmarked(text: string): BookmarkedPath | undefined {
  const [name, path] = split(text);
  if (name === undefined) return undefined;
  const url = readBookmarks().get(name);
  if (url === undefined) return undefined;
  try {
    return { name, url: parseFtpUrl(url), path };
  } catch (cause) {
    throw new UsageError(`The bookmark ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** What is wrong with a text that looks like a bookmark's and names none; undefined for what looks otherwise. */
export function unknownBookmark(text: string): string | undefined {
  const [name] = split(text);
  return name === undefined ? undefined : `There is no bookmark ${name}.${suggestion(name, readBookmarks().keys())}`;
}

/** The path that is meant on the server. */
export function joinBookmark(folder: string, path: string): string {
  if (path === "" || path.startsWith("/")) return path === "" ? folder : path;
  return folder === "" || folder.endsWith("/") ? `${folder}${path}` : `${folder}/${path}`;
}

function split(text: string): readonly [name: string | undefined, path: string] {
  const [, name, path = ""] = /^([^:/]+):(?!\/\/)([^]*)$/.exec(text) ?? [];
  return [name !== undefined && isBookmarkName(name) ? name : undefined, path];
}
