/** Reading a PROXY header off a connection, before anything else is read or said on it. */
import type { Socket } from "node:net";
import { ProxyHeaderError, ProxyHeaderParser, type ProxyHeader } from "../protocol/index.ts";

/**
 * Reads the header. What came behind it is put back into the socket, which is paused then.
 *
 * @param timeout - Milliseconds in which the header must be there.
 * @returns The header; undefined when the connection ended before its first octet, and is closed.
 * @throws ProxyHeaderError when none comes, in time or whole. The connection is closed then.
 */
export function readProxyHeader(socket: Socket, timeout: number): Promise<ProxyHeader | undefined> {
  let begun = false;
  const parser = new ProxyHeaderParser();
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      socket.off("data", read);
      socket.off("end", close);
      socket.off("close", close);
    };
    const fail = (error: Error): void => {
      settle();
      socket.destroy();
      reject(error);
    };
    const read = (chunk: Buffer): void => {
      begun = true;
      try {
        const parsed = parser.push(chunk);
        if (parsed === undefined) return;
        settle();
        socket.pause();
        if (parsed.rest.length > 0) socket.unshift(parsed.rest);
        resolve(parsed.header);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const close = (): void => {
      if (begun) {
        fail(new ProxyHeaderError("The connection ended within its PROXY header"));
        return;
      }
      settle();
      socket.destroy();
      resolve(undefined);
    };
    const timer = setTimeout(() => {
      fail(new ProxyHeaderError(`The PROXY header did not come within ${timeout} ms`));
    }, timeout);
    socket.on("data", read);
    socket.once("end", close);
    socket.once("close", close);
  });
}
