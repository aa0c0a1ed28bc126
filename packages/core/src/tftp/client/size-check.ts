/** The size that a server told in its OACK (RFC 2349), held against what it sent. */
import { tftpErrorCode } from "../../protocol/index.ts";
import type { WritableFile } from "../../storage/index.ts";
import type { TransferFailure } from "../transfer/transfer.ts";

/** The file has another size than the server told. */
class SizeMismatchError extends Error {
  override readonly name = "SizeMismatchError";
}

/** A file that is committed only if `check` does not throw. */
export function checkedSink(file: WritableFile, check: () => void): WritableFile {
  return {
    ...(file.writeAt === undefined ? {} : { writeAt: file.writeAt.bind(file) }),
    write: (from) => file.write(from),
    writev: async (from) => {
      if (file.writev !== undefined) await file.writev(from);
      else for (const part of from) await file.write(part);
    },
    commit: async () => {
      try {
        check();
      } catch (error) {
        await file.abandon();
        throw error;
      }
      return file.commit();
    },
    abandon: () => file.abandon(),
  };
}

/** @param told - Octets that the server told. @param sent - Octets that it sent. @throws an error that `blame` knows. */
export function compareSize(told: number, sent: number): void {
  if (told !== sent) throw new SizeMismatchError(`the server told a size of ${told} octets, and sent ${sent}`);
}

/** A file that was refused for its size is the server's fault, not that of the local file. */
export function blame(failure: TransferFailure | undefined): TransferFailure | undefined {
  if (failure?.kind !== "file" || !(failure.cause instanceof SizeMismatchError)) return failure;
  return { kind: "protocol", code: tftpErrorCode.notDefined, message: failure.cause.message };
}
