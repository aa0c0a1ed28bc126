/** What is below a folder of a server, folder by folder. */
import { FtpTransferError, treeDepth, type FtpClient, type ListedEntry } from "@twinport/core/ftp-client";
import { joinRemote } from "./remote-path.ts";

/** Something below a folder. */
export interface Walked {
  readonly path: string;
  readonly entry: ListedEntry;
  /** 1 for what is in the folder itself. */
  readonly level: number;
}

/**
 * Walks through a folder, in the order of names; links are not followed.
 *
 * @param depth - Folders to go down into: 0 is what is in the folder itself.
 * @throws FtpTransferError `too-large` for more folders within each other than a tree may have.
 */
export async function* walkRemote(
  client: FtpClient,
  folder: string,
  signal: AbortSignal,
  depth?: number,
  level = 1,
): AsyncGenerator<Walked> {
  if (level > treeDepth)
    throw new FtpTransferError("too-large", `Walking ${folder}`, `it goes down more than ${treeDepth} folders`);
  const entries = await client.list(folder === "" || folder === "." ? undefined : folder, { signal });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name === "." || entry.name === ".." || entry.name.includes("/")) continue;
    const path = joinRemote(folder, entry.name);
    yield { path, entry, level };
    if (entry.kind === "directory" && level <= (depth ?? Infinity))
      yield* walkRemote(client, path, signal, depth, level + 1);
  }
}
