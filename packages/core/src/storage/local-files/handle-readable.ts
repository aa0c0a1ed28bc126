/** A regular file of this machine, read in order from a handle: at once while the device is quick. */
import fs from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { InlinePace, isCallbackError, type ReadableFile } from "../../bytes/index.ts";

/** What is read, and how its failures are told. */
export interface HandleReadableOptions {
  /** Octets of the whole file. */
  readonly size: number;
  /** Octets to skip. Default 0. */
  readonly offset?: number;
  /** Makes the error that is thrown of the system's. Default: that itself. */
  readonly failed?: (cause: Error) => Error;
}

/** Reads a file. @param handle - Of a regular file; it is the result's from now on. */
export function handleReadable(handle: FileHandle, options: HandleReadableOptions): ReadableFile {
  const { size, offset = 0, failed = (cause: Error): Error => cause } = options;
  const pace = new InlinePace();
  let position = offset;
  let wanted: Uint8Array = new Uint8Array(0);
  const fill = (): number => {
    try {
      const count = fs.readSync(handle.fd, wanted, 0, wanted.length, position);
      position += count;
      return count;
    } catch (cause) {
      throw failed(cause as Error); // What node:fs throws is always an Error.
    }
  };
  return {
    size: Math.max(0, size - offset),
    read: (into) =>
      new Promise((resolve, reject) => {
        fs.read(handle.fd, into, 0, into.length, position, (cause, count) => {
          if (isCallbackError(cause)) return reject(failed(cause));
          position += count;
          return resolve(count);
        });
      }),
    readNow: (into) => {
      wanted = into;
      return pace.attempt(fill);
    },
    close: () => handle.close(),
  };
}
