/** What a path of a server names: the entries of a directory, or that of a file; and whether anything is there at all. */
import { FtpReplyError, FtpTransferError, type FtpClient, type ListedEntry } from "@twinport/core/ftp-client";

/**
 * Lists a directory, or a file as the only entry.
 *
 * @param path - Undefined is the working directory.
 * @throws FtpReplyError that nothing is there; FtpTransferError for what is there and cannot be listed: some servers refuse
 * both in the same words.
 */
export async function listPath(
  client: FtpClient,
  path: string | undefined,
  options: { readonly signal: AbortSignal },
): Promise<ListedEntry[]> {
  try {
    return await client.list(path, options);
  } catch (error) {
    if (!(error instanceof FtpReplyError) || error.transient || path === undefined || client.closed) throw error;
    const entry = await client.stat(path, options).catch((told: unknown) => {
      throw told instanceof FtpReplyError && told.code === 550 ? told : error;
    });
    if (entry.kind === "file") return [{ ...entry, name: path }];
    const { verb, reply } = error;
    const message = `it is there, and cannot be listed: ${reply?.text ?? error.message}`;
    throw new FtpTransferError("incomplete-listing", `Listing ${path}`, message, { verb, reply, cause: error });
  }
}
