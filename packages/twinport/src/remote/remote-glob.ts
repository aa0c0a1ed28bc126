/** Patterns in URLs and behind bookmarks: `ftp://host/logs/*.gz`. A character that is percent-encoded is meant itself. */
import { FtpReplyError, incompleteListing, listingFault, type FtpClient } from "@twinport/core/ftp-client";
import { joinBookmark, readBookmarked } from "../config/bookmarks.ts";
import { escaped, expandGlob, isPattern, type Found } from "./glob.ts";

/** The path of a URL as a pattern, `\` before what is meant itself; undefined when it is none. */
export function patternOfUrl(text: string): string | undefined {
  const bookmarked = readBookmarked(text);
  if (bookmarked !== undefined) {
    if (!isPattern(bookmarked.path)) return undefined;
    return joinBookmark(escaped(bookmarked.url.path), bookmarked.path);
  }
  // Backslashes are slashes in URLs, and what stands encoded was not meant as a pattern.
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/]*\/(.*?)(?:;type=[aid])?$/i.exec(text)?.[1] ?? "";
  const kept = path.replace(/%(?:2a|3f|5b|5c|5d)/gi, "\\$&");
  try {
    const pattern = decodeURIComponent(kept);
    return isPattern(pattern) ? pattern : undefined;
  } catch {
    return undefined;
  }
}

/** Told of a folder that the pattern leads into, and that could not be listed, or not whole: what matches in it is not known. */
export type OnFault = (error: Error) => void;

/** What a pattern matches on a server. @param onFault - What it is told is a failure of whoever goes by the answer. */
export function expandRemote(
  client: FtpClient,
  pattern: string,
  signal: AbortSignal,
  onFault?: OnFault,
): Promise<Found[]> {
  return expandGlob(pattern, {
    list: async (folder, isFound) => {
      const listing = client.list(folder === "" ? undefined : folder, { signal });
      const entries = await orMissing(listing, isFound ? onFault : undefined);
      const fault = incompleteListing(`Listing ${folder || "the working directory"}`, entries ?? []);
      if (fault !== undefined) onFault?.(fault);
      return entries?.filter((entry) => listingFault([entry]) === undefined);
    },
    look: async (path) => {
      const entry = await orMissing(client.stat(path, { signal }));
      return entry === undefined ? undefined : { path, kind: entry.kind, size: entry.size };
    },
  });
}

async function orMissing<T>(answer: Promise<T>, onFault?: OnFault): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof FtpReplyError && (error.code === 550 || error.code === 450 || error.code < 300)))
      throw error;
    onFault?.(error);
    return undefined;
  }
}
