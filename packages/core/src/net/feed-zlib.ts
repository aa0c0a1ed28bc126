/** Giving octets to one of zlib's streams, a piece at a time. */
import type { Deflate, Inflate } from "node:zlib";
import { isCallbackError } from "../bytes/index.ts";

/**
 * Gives octets to a stream.
 *
 * @param octets - They are the caller's again once the promise is settled.
 * @returns Fulfilled when zlib has taken them, or has come to its end before them; rejected when the stream fails, or is
 *   closed before.
 */
export function feedZlib(stream: Deflate | Inflate, octets: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null): void => {
      stream.off("end", taken);
      stream.off("close", closed);
      if (isCallbackError(error)) reject(error);
      else resolve();
    };
    const taken = (): void => settle();
    const closed = (): void => settle(new Error("The stream was closed"));
    stream.once("end", taken);
    stream.once("close", closed);
    stream.write(octets, settle);
  });
}
