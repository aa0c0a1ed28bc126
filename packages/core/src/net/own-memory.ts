/**
 * Reading a connection into memory of our own, with no stream between: `net.Socket`'s `onread`.
 *
 * Node allows that only for a socket that is made so. An accepted one is made without it, so a second socket is put over
 * the same handle, and the first, which is left with none, is destroyed.
 */
import { Socket } from "node:net";
import type { DataConnection } from "./data-connection.ts";

interface Handle {
  readonly useUserBuffer?: unknown;
}

/**
 * Makes a connection read into `memory`: what comes is told to `received`, and may be overwritten once that returns.
 *
 * @returns Whether it does: only a plain TCP connection can, and only one of which nothing was read yet.
 */
export function readIntoOwnMemory(
  connection: DataConnection,
  memory: Uint8Array,
  received: (chunk: Uint8Array) => void,
): boolean {
  const first = connection.socket as Socket & { _handle?: Handle | null };
  // A subclass, as TLS is, reads in its own way.
  if (Object.getPrototypeOf(first) !== Socket.prototype || first.destroyed || first.connecting) return false;
  if (first.readableLength > 0 || first.readableEnded || first.writableEnded) return false;
  const handle = first._handle;
  if (typeof handle?.useUserBuffer !== "function") return false;
  const { allowHalfOpen } = first;
  const options = {
    handle,
    allowHalfOpen,
    onread: {
      buffer: memory,
      callback: (count: number): boolean => {
        received(memory.subarray(0, count));
        return true;
      },
    },
  };
  const second = new Socket(options);
  first._handle = null;
  first.destroy();
  connection.replace(second);
  return true;
}
