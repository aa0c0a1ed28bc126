/** What a path of a server names: the entries of a directory, or that of a file; and whether anything is there at all. */
import { FtpReplyError, type FtpClient, type ListedEntry } from "@twinport/core/ftp-client";

/**
 * Lists a directory, or a file as the only entry.
 *
 * @param path - Undefined is the working directory.
 * @throws FtpReplyError: where servers refuse what is missing in the same words as what is locked, a look says which it is.
 */
export async function listPath(
  client: FtpClient,
  path: string | undefined,
  options: { readonly signal: AbortSignal },
): Promise<ListedEntry[]> {
  try {
    return await client.list(path, options);
  } catch (error) {
    if (!(error instanceof FtpReplyError) || path === undefined || client.closed) throw error;
    const entry = await client.stat(path, options).catch((told: unknown) => {
      throw told instanceof FtpReplyError && told.code === 550 ? told : error;
    });
    if (entry.kind === "directory" || entry.kind === "symlink") throw error;
    return [{ ...entry, name: path }];
  }
}
