import { once } from "node:events";
import type { Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { ReadableFile, WritableFile } from "../../src/bytes/index.ts";
import { FakeClock } from "./fake-clock.ts";
import { pair } from "./socket-pair.ts";
import { defaultDataFormatOptions, FileDecoder } from "../../src/protocol/index.ts";
import {
  BandwidthLimit,
  BufferPool,
  DataConnection,
  DecodingSink,
  DeflatingSource,
  paceOf,
  pumpFileFromSocket,
  pumpFromSocket,
  pumpToSocket,
} from "../../src/net/index.ts";

const buffers = new BufferPool({ size: 64 * 1024 });

/** How a file takes bytes: by promise only, always at once, or at once where it happens to suit it. */
type Manner = "later" | "at once" | "now and then";
const manners: readonly Manner[] = ["later", "at once", "now and then"];

/** A connection that is closed with the test, whichever socket stands for it then. */
function connectionOf(socket: Socket): DataConnection {
  const connection = new DataConnection(socket);
  onTestFinished(() => {
    connection.socket.on("error", () => undefined);
    connection.socket.destroy();
  });
  return connection;
}

function memorySink(manner: Manner = "later"): WritableFile<void> & { readonly content: () => Buffer } {
  const parts: Uint8Array[] = [];
  let asked = 0;
  const copy = (from: Uint8Array): void => void parts.push(Uint8Array.from(from));
  const writeNow = (from: Uint8Array): boolean => {
    if (manner === "now and then" && asked++ % 3 !== 0) return false;
    copy(from);
    return true;
  };
  return {
    write: async (from) => {
      await new Promise((resolve) => setImmediate(resolve));
      copy(from);
    },
    ...(manner === "later" ? {} : { writeNow }),
    commit: async () => undefined,
    abandon: async () => undefined,
    content: () => Buffer.concat(parts),
  };
}

function memorySource(bytes: Uint8Array, most: number, manner: Manner = "later"): ReadableFile {
  let at = 0;
  let asked = 0;
  const take = (into: Uint8Array): number => {
    const part = bytes.subarray(at, at + Math.min(into.length, most));
    into.set(part);
    at += part.length;
    return part.length;
  };
  return {
    read: async (into) => {
      await new Promise((resolve) => setImmediate(resolve));
      return take(into);
    },
    ...(manner === "later"
      ? {}
      : { readNow: (into) => (manner === "now and then" && asked++ % 3 === 1 ? undefined : take(into)) }),
    close: async () => undefined,
  };
}

describe.each(manners)("the inward pump, into a file that takes bytes %s,", (manner) => {
  it("ends on a connection that was ended, empty, before it began", async () => {
    const [theirs, ours] = await pair();
    theirs.end();
    ours.resume();
    await once(ours, "end");
    expect(await pumpFromSocket(connectionOf(ours), memorySink(manner), { buffers, stallTimeout: 1_000 })).toBe(0);
  });

  it("writes what arrived before a reset, and then fails", async () => {
    const [theirs, ours] = await pair();
    const sink = memorySink(manner);
    const pumped = pumpFromSocket(connectionOf(ours), sink, {
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
      const [theirs, ours] = await pair();
      ours.pause();
      const sink = memorySink(manner);
      await new Promise((resolve) => theirs.write(new Uint8Array(size), resolve));
      theirs.resetAndDestroy();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await expect(
        pumpFromSocket(connectionOf(ours), sink, { buffers, stallTimeout: 5_000 }),
        `${size}`,
      ).rejects.toMatchObject({
        kind: "reset",
      });
    }
  });

  it("fails by a stall of the peer, and not by a slow sink", async () => {
    const [theirs, ours] = await pair();
    const slow: WritableFile = {
      write: () => new Promise((resolve) => setTimeout(resolve, 200)),
      ...(manner === "later" ? {} : { writeNow: () => false }),
      commit: async () => undefined,
      abandon: async () => undefined,
    };
    theirs.end("x".repeat(100));
    await pumpFromSocket(connectionOf(ours), slow, { buffers, stallTimeout: 80 });
    const [quiet, mine] = await pair();
    quiet.write("x");
    await expect(
      pumpFromSocket(connectionOf(mine), memorySink(manner), { buffers, stallTimeout: 50 }),
    ).rejects.toMatchObject({
      kind: "stalled",
    });
  });

  it("is aborted by a signal, with a reset that the peer cannot take for an end", async () => {
    const [theirs, ours] = await pair();
    const abort = new AbortController();
    const pumped = pumpFromSocket(connectionOf(ours), memorySink(manner), {
      buffers,
      stallTimeout: 0,
      signal: abort.signal,
    });
    const failed = new Promise((resolve) => theirs.once("error", resolve));
    theirs.resume();
    abort.abort();
    await expect(pumped).rejects.toMatchObject({ kind: "aborted" });
    expect(await failed).toMatchObject({ code: "ECONNRESET" });
  });

  it("keeps the order of bytes through conversions, pauses and refusals", async () => {
    const [theirs, ours] = await pair();
    const sink = memorySink(manner);
    const text = Array.from({ length: 400_000 }, (_, line) => `${line}\r\n`).join("");
    const format = { type: { type: "A", format: "N" }, structure: "F", mode: "S" } as const;
    const decoding = new DecodingSink(sink, new FileDecoder(format, defaultDataFormatOptions), { offset: 0 });
    const pumped = pumpFileFromSocket(connectionOf(ours), decoding, { buffers, stallTimeout: 5_000 });
    theirs.end(text);
    await pumped;
    expect(sink.content().toString() === text.replaceAll("\r\n", "\n")).toBe(true);
  });

  it("passes on what the file throws, and stops reading", async () => {
    const [theirs, ours] = await pair();
    const full = new Error("the disk is full");
    const broken: WritableFile = {
      write: () => Promise.reject(full),
      ...(manner === "at once"
        ? {
            writeNow: () => {
              throw full;
            },
          }
        : {}),
      commit: async () => undefined,
      abandon: async () => undefined,
    };
    theirs.on("error", () => undefined);
    theirs.write(new Uint8Array(8_000_000));
    await expect(pumpFromSocket(connectionOf(ours), broken, { buffers, stallTimeout: 5_000 })).rejects.toBe(full);
  });
});

describe("the stall clock", () => {
  it("runs again after a slow file, for a peer that has fallen silent meanwhile", async () => {
    const [theirs, ours] = await pair();
    let first = true;
    const slow: WritableFile = {
      write: async () => {
        if (first) await new Promise((resolve) => setTimeout(resolve, 400));
        first = false;
      },
      commit: async () => undefined,
      abandon: async () => undefined,
    };
    theirs.on("error", () => undefined);
    const pumped = pumpFromSocket(connectionOf(ours), slow, { buffers, stallTimeout: 150 });
    theirs.write(new Uint8Array(64 * 1024));
    setTimeout(() => theirs.write(new Uint8Array(1024 * 1024)), 20);
    await expect(pumped).rejects.toMatchObject({ kind: "stalled" });
  });
});

describe("the inward pump, where records come one by one,", () => {
  it("writes together what one round of the event loop brings", async () => {
    const [theirs, ours] = await pair();
    const writes: number[] = [];
    const connection = connectionOf(ours);
    const done = pumpFromSocket(
      connection,
      {
        write: async (from) => void writes.push(from.length),
        writev: async (from) => void writes.push(from.reduce((sum, part) => sum + part.length, 0)),
        commit: async () => undefined,
        abandon: async () => undefined,
      },
      { buffers, stallTimeout: 1_000 },
    );
    // As TLS tells its records: each by a call of its own, with what promises have to do between them.
    for (let record = 0; record < 10; record++) {
      connection.socket.emit("data", Buffer.alloc(16 * 1024));
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    }
    theirs.end();
    expect(await done).toBe(160 * 1024);
    expect(writes).toEqual([160 * 1024]);
  });
});

describe("a pump out of a file that never answers", () => {
  it.each([
    ["as it is", (file: ReadableFile) => file],
    ["deflated", (file: ReadableFile) => new DeflatingSource(file, undefined, 6)],
  ])("ends when it is aborted, %s", async (_, wrap) => {
    const [theirs, ours] = await pair();
    theirs.on("error", () => undefined).resume();
    const abort = new AbortController();
    const file = wrap({ read: () => new Promise<number>(() => undefined), close: async () => undefined });
    const pumped = pumpToSocket(file, connectionOf(ours), { buffers, stallTimeout: 0, signal: abort.signal });
    setTimeout(() => abort.abort(), 50);
    await expect(pumped).rejects.toMatchObject({ kind: "aborted" });
    await file.close();
  });
});

describe("a pump into memory of its own", () => {
  it("puts another socket in place, which ends and closes as the first would", async () => {
    const [theirs, ours] = await pair();
    const connection = connectionOf(ours);
    theirs.end("all");
    const sink = memorySink("at once");
    await pumpFromSocket(connection, sink, { buffers, stallTimeout: 1_000 });
    expect(connection.socket).not.toBe(ours);
    expect(ours.destroyed).toBe(true);
    const ended = once(theirs, "end");
    theirs.resume();
    connection.socket.end();
    await ended;
  });

  it("takes a connection over of which something was read already, and has that first", async () => {
    const [theirs, ours] = await pair();
    theirs.write("some, ");
    ours.read(0);
    await once(ours, "readable");
    const connection = connectionOf(ours);
    const sink = memorySink("at once");
    const moved = pumpFromSocket(connection, sink, { buffers, stallTimeout: 1_000 });
    expect(connection.socket).not.toBe(ours);
    theirs.end("and the rest");
    expect(await moved).toBe(18);
    expect(sink.content().toString()).toBe("some, and the rest");
  });

  it("leaves a connection alone whose end was read already", async () => {
    const [theirs, ours] = await pair();
    theirs.end("all");
    ours.read(0);
    // The end stands behind what nobody has read: there is no event for it.
    const state = ours as typeof ours & { readonly _readableState: { readonly ended: boolean } };
    await vi.waitFor(() => expect(state._readableState.ended).toBe(true));
    const connection = connectionOf(ours);
    const sink = memorySink("at once");
    expect(await pumpFromSocket(connection, sink, { buffers, stallTimeout: 1_000 })).toBe(3);
    expect(connection.socket).toBe(ours);
    expect(sink.content().toString()).toBe("all");
  });

  it("pays for what was read already before it reads on", async () => {
    const [theirs, ours] = await pair();
    theirs.write("early");
    ours.read(0);
    await once(ours, "readable");
    const connection = connectionOf(ours);
    const clock = new FakeClock();
    const pace = paceOf([new BandwidthLimit(1, { burst: 1, clock })]);
    const sink = memorySink("at once");
    const moved = pumpFromSocket(connection, sink, { buffers, stallTimeout: 0, pace });
    theirs.end("late");
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(sink.content().toString()).toBe("early");
    const flow = setInterval(() => clock.advance(60_000), 1);
    onTestFinished(() => clearInterval(flow));
    expect(await moved).toBe(9);
  });

  it("gives its memory back only once the connection is closed", async () => {
    const pool = new BufferPool({ size: 64 * 1024 });
    const [theirs, ours] = await pair();
    const connection = connectionOf(ours);
    const first = pool.acquire();
    pool.release(first);
    theirs.end("x");
    await pumpFromSocket(connection, memorySink("at once"), { buffers: pool, stallTimeout: 1_000 });
    const second = pool.acquire();
    expect(second).not.toBe(first);
    const closed = once(connection.socket, "close");
    connection.socket.destroy();
    await closed;
    expect(pool.acquire()).toBe(first);
  });
});

describe("the outward pump", () => {
  it("moves any bytes whole, however the source gives them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300_000 }),
        fc.integer({ min: 2_000, max: 100_000 }),
        fc.constantFrom(...manners),
        fc.constantFrom(...manners),
        async (bytes, most, giving, taking) => {
          const [ours, theirs] = await pair();
          const sink = memorySink(taking);
          const received = pumpFromSocket(connectionOf(theirs), sink, { buffers, stallTimeout: 5_000 });
          expect(
            await pumpToSocket(memorySource(bytes, most, giving), connectionOf(ours), { buffers, stallTimeout: 5_000 }),
          ).toBe(bytes.length);
          ours.end();
          expect(await received).toBe(bytes.length);
          expect(sink.content().equals(bytes)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("fails when the peer resets", async () => {
    const [ours, theirs] = await pair();
    const endless: ReadableFile = { read: async (into) => into.length, close: async () => undefined };
    const pumped = pumpToSocket(endless, connectionOf(ours), { buffers, stallTimeout: 5_000 });
    theirs.once("data", () => theirs.resetAndDestroy());
    theirs.resume();
    await expect(pumped).rejects.toMatchObject({ kind: "reset" });
  });

  it("passes on what the source throws", async () => {
    const [ours] = await pair();
    const broken: ReadableFile = {
      read: () => Promise.reject(new Error("the disk is gone")),
      close: async () => undefined,
    };
    await expect(pumpToSocket(broken, connectionOf(ours), { buffers, stallTimeout: 0 })).rejects.toThrow(
      "the disk is gone",
    );
  });
});
