/** A file of a server on stdout. */
import type { DownloadOptions, FtpPool, TransferResult } from "@twinport/core/ftp-client";

/** Prints a file. What stdout has got cannot be taken back: it is tried again only as long as nothing was printed. */
export async function printFile(pool: FtpPool, path: string, options: DownloadOptions): Promise<TransferResult> {
  let printed = false;
  const onProgress: DownloadOptions["onProgress"] = (event) => {
    printed = true;
    options.onProgress?.(event);
  };
  try {
    return await pool.use(async (client) => {
      try {
        return await client.download(path, process.stdout, { ...options, onProgress });
      } catch (cause) {
        throw printed ? new BrokenOffError("", { cause }) : cause;
      }
    });
  } catch (error) {
    throw error instanceof BrokenOffError ? error.cause : error;
  }
}

/** Hides from the policy what it would try again. */
class BrokenOffError extends Error {
  override readonly name = "BrokenOffError";
}
