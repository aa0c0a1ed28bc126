/** A file from one server to another through this machine: what comes over one connection goes out over the other. */
import type { FtpClient, ProgressEvent } from "@twinport/core/ftp-client";
import { UsageError } from "../exit-codes.ts";

/** How it goes. */
export interface RelayOptions {
  /** Goes on where the copy ends. */
  readonly resume: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (event: ProgressEvent) => void;
}

/** Moves a file. @throws UsageError when the copy has more than the file. */
export async function relay(
  sending: FtpClient,
  fromPath: string,
  receiving: FtpClient,
  toPath: string,
  options: RelayOptions,
): Promise<{ readonly bytes: number; readonly offset: number; readonly milliseconds: number }> {
  const { resume, signal, onProgress } = options;
  const there = resume && (await receiving.exists(toPath, { signal }));
  const offset = there ? ((await receiving.size(toPath, { signal })) ?? 0) : 0;
  const begun = Date.now();
  if (offset > 0) {
    const size = await sending.size(fromPath, { signal });
    if (size !== undefined && size < offset) {
      throw new UsageError(`The copy has ${offset} octets already, and the file only ${size}`);
    }
    if (size === offset) return { bytes: 0, offset, milliseconds: Date.now() - begun };
  }
  const download = await sending.openRead(fromPath, { offset, signal, onProgress });
  try {
    const result =
      offset > 0
        ? await receiving.append(download, toPath, { signal })
        : await receiving.upload(download, toPath, { signal });
    return { bytes: result.bytes, offset, milliseconds: Date.now() - begun };
  } finally {
    await download.close();
  }
}
