/**
 * Reading a connection into memory of our own, with no stream between: `net.Socket`'s `onread`.
 *
 * Node allows that only for a socket that is made so. An accepted one is made without it, so a second socket is put over
 * the same handle, and the first, which is left with none, is destroyed.
 */
import { Socket } from "node:net";
import type { DataConnection } from "./data-connection.ts";

/** What lies beneath a socket, and stands in no type of Node's. */
interface Handle {
  readonly useUserBuffer?: unknown;
  reading?: boolean;
  readStop(): number;
}

/**
 * Makes a connection read into `memory`: what comes is told to `received`, and may be overwritten once that returns.
 *
 * @returns What was read before, which comes first; undefined where it cannot be done: only a plain TCP connection can, and
 * only one whose end was not read yet.
 */
export function readIntoOwnMemory(
  connection: DataConnection,
  memory: Uint8Array,
  received: (chunk: Uint8Array) => void,
): Uint8Array | undefined {
  const first = connection.socket as Socket & { _handle?: Handle | null };
  // A subclass, as TLS is, reads in its own way.
  if (Object.getPrototypeOf(first) !== Socket.prototype || first.destroyed || first.connecting) return undefined;
  if (first.readableEnded || first.writableEnded || first.readableFlowing === true || hasReadEnd(first))
    return undefined;
  const handle = first._handle;
  if (typeof handle?.useUserBuffer !== "function") return undefined;
  // A connection that was dialled is read from the start: the peer may have sent something before it was asked to.
  if (handle.reading === true && handle.readStop() !== 0) return undefined;
  handle.reading = false;
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
  // With no handle beneath it the stream gives what it holds, and reads nothing more.
  const early: unknown = first.readableLength > 0 ? first.read() : undefined;
  first.destroy();
  connection.replace(second);
  return early instanceof Uint8Array ? early : nothing;
}

const nothing = new Uint8Array(0);

/** Whether the peer's end lies behind what the stream still holds: the second socket would never hear of it. */
function hasReadEnd(socket: Socket): boolean {
  const { _readableState: state } = socket as Socket & { readonly _readableState?: { readonly ended?: boolean } };
  return state?.ended !== false;
}
