import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ReadableFile, WritableFile } from "../../src/bytes/index.ts";
import { BufferPool, pumpFromSocket, pumpToSocket } from "../../src/net/index.ts";

const buffers = new BufferPool({ size: 64 * 1024 });

/** Two ends of one connection. */
async function pair(): Promise<readonly [Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const accepted = once(server, "connection");
  const ours = connect({
    port: typeof address === "object" && address !== null ? address.port : 0,
    host: "127.0.0.1",
    allowHalfOpen: true,
  });
  const [theirs] = (await accepted) as [Socket];
  theirs.on("error", () => undefined);
  ours.on("error", () => undefined);
  onTestFinished(() => {
    ours.destroy();
    theirs.destroy();
    server.close();
  });
  return [ours, theirs];
}

function memorySink(): WritableFile<void> & { readonly content: () => Buffer } {
  const parts: Uint8Array[] = [];
  return {
    write: async (from) => void parts.push(from.slice()),
    commit: async () => undefined,
    abandon: async () => undefined,
    content: () => Buffer.concat(parts),
  };
}

function memorySource(bytes: Uint8Array, most: number): ReadableFile {
  let at = 0;
  return {
    read: async (into) => {
      const part = bytes.subarray(at, at + Math.min(into.length, most));
      into.set(part);
      at += part.length;
      return part.length;
    },
    close: async () => undefined,
  };
}

describe("the inward pump", () => {
  it("ends on a connection that was ended, empty, before it began", async () => {
    const [ours, theirs] = await pair();
    theirs.end();
    await once(ours, "end");
    expect(await pumpFromSocket(ours, memorySink(), { buffers, stallTimeout: 1_000 })).toBe(0);
  });

  it("writes what arrived before a reset, and then fails", async () => {
    const [ours, theirs] = await pair();
    const sink = memorySink();
    const pumped = pumpFromSocket(ours, sink, {
      buffers,
      stallTimeout: 5_000,
      onBytes: () => theirs.resetAndDestroy(),
    });
    theirs.write("half");
    await expect(pumped).rejects.toMatchObject({ name: "DataConnectionError", kind: "reset" });
    expect(sink.content().toString()).toBe("half");
  });

  it("tells a reset from an end, even where unread data came before it", async () => {
    for (const size of [1, 1_000, 100_000, 127_973]) {
      const [ours, theirs] = await pair();
      ours.pause();
      const sink = memorySink();
      await new Promise((resolve) => theirs.write(new Uint8Array(size), resolve));
      theirs.resetAndDestroy();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await expect(pumpFromSocket(ours, sink, { buffers, stallTimeout: 5_000 }), `${size}`).rejects.toMatchObject({
        kind: "reset",
      });
    }
  });

  it("fails by a stall of the peer, and not by a slow sink", async () => {
    const [ours, theirs] = await pair();
    const slow: WritableFile = { ...memorySink(), write: () => new Promise((resolve) => setTimeout(resolve, 200)) };
    theirs.end("x".repeat(100));
    await pumpFromSocket(ours, slow, { buffers, stallTimeout: 80 });
    const [mine, quiet] = await pair();
    quiet.write("x");
    await expect(pumpFromSocket(mine, memorySink(), { buffers, stallTimeout: 50 })).rejects.toMatchObject({
      kind: "stalled",
    });
  });

  it("is aborted by a signal, with a reset that the peer cannot take for an end", async () => {
    const [ours, theirs] = await pair();
    const abort = new AbortController();
    const pumped = pumpFromSocket(ours, memorySink(), { buffers, stallTimeout: 0, signal: abort.signal });
    const failed = new Promise((resolve) => theirs.once("error", resolve));
    theirs.resume();
    abort.abort();
    await expect(pumped).rejects.toMatchObject({ kind: "aborted" });
    expect(await failed).toMatchObject({ code: "ECONNRESET" });
  });
});

describe("the outward pump", () => {
  it("moves any bytes whole, however the source gives them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        async (bytes, most) => {
          const [ours, theirs] = await pair();
          const sink = memorySink();
          const received = pumpFromSocket(theirs, sink, { buffers, stallTimeout: 5_000 });
          expect(await pumpToSocket(memorySource(bytes, most), ours, { buffers, stallTimeout: 5_000 })).toBe(
            bytes.length,
          );
          ours.end();
          expect(await received).toBe(bytes.length);
          expect(sink.content().equals(bytes)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("fails when the peer resets", async () => {
    const [ours, theirs] = await pair();
    const endless: ReadableFile = { read: async (into) => into.length, close: async () => undefined };
    const pumped = pumpToSocket(endless, ours, { buffers, stallTimeout: 5_000 });
    theirs.once("data", () => theirs.resetAndDestroy());
    await expect(pumped).rejects.toMatchObject({ kind: "reset" });
  });

  it("passes on what the source throws", async () => {
    const [ours] = await pair();
    const broken: ReadableFile = {
      read: () => Promise.reject(new Error("the disk is gone")),
      close: async () => undefined,
    };
    await expect(pumpToSocket(broken, ours, { buffers, stallTimeout: 0 })).rejects.toThrow("the disk is gone");
  });
});
