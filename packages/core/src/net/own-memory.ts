/**
 * Reading a connection into memory of our own, with no stream between: `net.Socket`'s `onread`.
 *
 * Node allows that only for a socket that is made so. An accepted one is made without it, so a second socket is put over
 * the same handle, and the first, which is left with none, is destroyed.
 *
 * This leans on parts of Node that are in no documentation: `_handle`, the option `handle`, `useUserBuffer` and
 * `_readableState`. Where one of them is missing the connection stays as it is, and its stream is read: slower, and the
 * same bytes. `test/net/inner-parts.test.ts` fails on a Node that lacks one, so that somebody looks.
 */
import { Socket } from "node:net";
import type { DataConnection } from "./data-connection.ts";

/** What lies beneath a socket, and stands in no type of Node's. */
interface Handle {
  readonly useUserBuffer?: unknown;
  reading?: boolean;
  readStop?: () => number;
}

/** A socket with the inner parts that it has where this Node is as those before it. */
type InnerSocket = Socket & {
  _handle?: Handle | null;
  readonly _readableState?: { readonly ended?: boolean };
};

/**
 * Makes a connection read into `memory`: what comes is told to `received`, and may be overwritten once that returns.
 *
 * @returns What was read before, which comes first; undefined where it cannot be done, and the connection is as it was:
 * only a plain TCP connection can, and only one whose end was not read yet.
 */
export function readIntoOwnMemory(
  connection: DataConnection,
  memory: Uint8Array,
  received: (chunk: Uint8Array) => void,
): Uint8Array | undefined {
  const first: InnerSocket = connection.socket;
  // A subclass, as TLS is, reads in its own way.
  if (Object.getPrototypeOf(first) !== Socket.prototype || first.destroyed || first.connecting) return undefined;
  if (first.readableEnded || first.writableEnded || first.readableFlowing === true || hasReadEnd(first))
    return undefined;
  const handle = first._handle;
  if (typeof handle?.useUserBuffer !== "function" || typeof handle.readStop !== "function") return undefined;
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
  const second: InnerSocket = new Socket(options);
  // A Node that takes no handle has made a socket without a connection. The first reads again once it is resumed.
  if (second._handle !== handle) return undefined;
  first._handle = null;
  let early: Uint8Array;
  try {
    early = takeBuffered(first);
  } catch (error) {
    second.destroy();
    throw error;
  } finally {
    first.destroy();
  }
  // A Node that does not heed `onread` emits what it reads; one that does emits nothing. This way of listening, unlike
  // `on`, does not start the flow.
  second.prependListener("data", received);
  connection.replace(second);
  return early;
}

/**
 * Takes all that a socket has read. Without a handle it reads nothing more.
 *
 * One call of `read` is not enough: up to Node 24 it returns everything, from 26 on one chunk of it.
 */
function takeBuffered(socket: Socket): Uint8Array {
  const length = socket.readableLength;
  const chunks: Uint8Array[] = [];
  while (socket.readableLength > 0) {
    const chunk: unknown = socket.read();
    if (!(chunk instanceof Uint8Array)) break;
    chunks.push(chunk);
  }
  const early = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  // A file with a hole that nobody notices is worse than a transfer that fails.
  if (early.length !== length) {
    throw new Error(
      `Of ${length} bytes that a connection had brought, this version of Node gives back ${early.length}`,
    );
  }
  return early;
}

/** Whether the peer's end lies behind what the stream still holds: the second socket would never hear of it. */
function hasReadEnd({ _readableState: state }: InnerSocket): boolean {
  return state?.ended !== false;
}
