/** The TFTP client where something fails: servers, sizes, sockets, callers. */
import { Socket } from "node:dgram";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Exchange } from "../../src/tftp/client/exchange.ts";
import { resolveVirtualPath, rootPath } from "../../src/storage/index.ts";
import { get, getTo, put } from "../../src/tftp/index.ts";
import { openUdpSocket } from "../../src/tftp/transfer/udp-socket.ts";
import { pattern, putFile, RawPeer, startTftp } from "./tftp-fixture.ts";

describe("a client that is given up while the local file opens", () => {
  const begin = async (open: () => Promise<never>) => {
    const server = await RawPeer.open();
    const socket = await openUdpSocket({ address: "127.0.0.1", family: 4, port: 0, receiveBuffer: 0 });
    const exchange = new Exchange({
      socket,
      server: { address: "127.0.0.1", port: server.port },
      file: "f",
      mode: "octet",
      wanted: undefined,
      end: { operation: "read", maxSize: Infinity, open },
      timing: { random: Math.random },
      requestRetries: 0,
      checkSize: true,
      group: { patience: 1_000, heldOctets: 0 },
      onOctets: () => undefined,
    });
    const ended = exchange.run();
    const { from } = await server.next();
    server.send("\0\x03\0\x01abc", from.port);
    return { server, socket, exchange, ended };
  };

  it("tells the server, and abandons the file once it is open", async () => {
    let opened: (file: never) => void = () => undefined;
    let asked: () => void = () => undefined;
    const opening = new Promise<void>((resolve) => (asked = resolve));
    const { server, socket, exchange, ended } = await begin(() => {
      asked();
      return new Promise((resolve) => (opened = resolve));
    });
    await opening;
    exchange.abort("it was given up", undefined);
    expect(await ended).toMatchObject({ kind: "not-begun", failure: { kind: "aborted" } });
    expect((await server.next()).text).toBe("\0\x05\0\0it was given up\0");
    socket.close();
    await new Promise<void>((resolve, reject) => {
      const file = {
        write: () => Promise.reject(new Error("written")),
        commit: () => reject(new Error("committed")),
        abandon: () => Promise.resolve(resolve()),
      };
      opened(file as never);
    });
  });

  it("says nothing more when the file cannot be opened", async () => {
    let failed: (error: Error) => void = () => undefined;
    let asked: () => void = () => undefined;
    const opening = new Promise<void>((resolve) => (asked = resolve));
    const { socket, exchange, ended } = await begin(() => {
      asked();
      return new Promise((_resolve, reject) => (failed = reject));
    });
    await opening;
    exchange.abort("it was given up", undefined);
    socket.close();
    failed(new Error("no"));
    expect(await ended).toMatchObject({ kind: "not-begun", failure: { kind: "aborted" } });
    // An unhandled rejection would fail the run.
    await new Promise((resolve) => setImmediate(resolve));
  });
});

describe("a size that the server told", () => {
  const serve = async (size: number, data: string) => {
    const server = await RawPeer.open();
    const answer = async (): Promise<string> => {
      const { from } = await server.next();
      server.send(`\0\x06tsize\0${size}\0`, from.port);
      expect((await server.next()).text).toBe("\0\x04\0\0");
      server.send(`\0\x03\0\x01${data}`, from.port);
      return (await server.next()).text;
    };
    return { url: `tftp://127.0.0.1:${server.port}/f`, answer };
  };

  it("is held against what came", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tftp-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    for (const [size, sent] of [
      [1000, "3"],
      [2, "more"],
    ] as const) {
      const { url, answer } = await serve(size, "abc");
      const got = getTo(url, join(folder, "f"));
      const failed = expect(got).rejects.toMatchObject({
        kind: "protocol",
        message: `Getting f from 127.0.0.1: the server told a size of ${size} octets, and sent ${sent}`,
      });
      expect((await answer()).slice(0, 4)).toBe("\0\x05\0\0");
      await failed;
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it("is not when it is 0, or when the caller says so", async () => {
    for (const [size, checkSize] of [
      [0, true],
      [1000, false],
    ] as const) {
      const { url, answer } = await serve(size, "abc");
      const got = get(url, { checkSize });
      expect(await answer()).toBe("\0\x04\0\x01");
      expect((await got).octets).toBe(3);
    }
  });
});

describe("a request", () => {
  it("is not made when it was given up before the socket is open", async () => {
    const server = await RawPeer.open();
    const giveUp = new AbortController();
    const bind = vi.spyOn(Socket.prototype, "bind");
    onTestFinished(() => bind.mockRestore());
    // In the turn in which the socket tells that it is bound.
    bind.mockImplementationOnce(function (this: Socket, ...given) {
      bind.mockRestore();
      this.once("listening", () => giveUp.abort());
      return this.bind(...given);
    });
    const got = get(`tftp://127.0.0.1:${server.port}/f`, { signal: giveUp.signal });
    await expect(got).rejects.toMatchObject({ kind: "aborted" });
    expect(await server.quiet(20)).toBe(true);
  });

  it("asks for no larger window than block numbers tell apart, where they go on with 1", async () => {
    const server = await RawPeer.open();
    for (const [rollover, asked] of [
      [0, "65535"],
      [1, "32767"],
    ] as const) {
      const got = get(`tftp://127.0.0.1:${server.port}/f`, { rollover, windowSize: 65_535 });
      const failed = expect(got).rejects.toMatchObject({ kind: "refused" });
      const { text, from } = await server.next();
      expect(text).toContain(`\0windowsize\0${asked}\0`);
      server.send("\0\x05\0\x01no\0", from.port);
      await failed;
    }
  });

  it("has no options where the name leaves no room for them", async () => {
    const { port, storage } = await startTftp();
    const name = `${"a".repeat(239)}/${"b".repeat(240)}`;
    await storage.makeDirectory(resolveVirtualPath(rootPath, `/${"a".repeat(239)}`));
    await putFile(storage, `/${name}`, pattern(1000));
    const { octets, agreement } = await get(`tftp://127.0.0.1:${port}/${name}`);
    expect([octets, agreement.blockSize]).toEqual([1000, 512]);
    await expect(get(`tftp://127.0.0.1:${port}/${"a".repeat(520)}`)).rejects.toThrow(RangeError);
    await expect(get(`tftp://127.0.0.1:${port}/${name}`, { blockSize: 4 })).rejects.toThrow("blksize");
  });

  it("waits as long as it is told, though that is longer than the longest wait", async () => {
    const server = await RawPeer.open();
    const timers = vi.spyOn(globalThis, "setTimeout");
    onTestFinished(() => timers.mockRestore());
    const giveUp = new AbortController();
    const url = `tftp://127.0.0.1:${server.port}/f`;
    const got = get(url, { initialTimeout: 30_000, signal: giveUp.signal });
    await server.next();
    const waits = timers.mock.calls.map(([, wait = 0]) => wait);
    giveUp.abort();
    await expect(got).rejects.toMatchObject({ kind: "aborted" });
    expect(waits.some((wait) => wait > 29_000)).toBe(true);
  });

  it("that the system does not send is told at once", async () => {
    // Broadcasting must be asked for.
    const sent = put(Buffer.from("abc"), "tftp://255.255.255.255/f", { localAddress: "127.0.0.1" });
    await expect(sent).rejects.toMatchObject({ kind: "unreachable", cause: { syscall: "send" } });
  });
});

describe("a client", () => {
  it("does not answer a packet from port 0, to which nothing can be sent", async () => {
    const server = await RawPeer.open();
    const sockets: Socket[] = [];
    const bind = vi.spyOn(Socket.prototype, "bind");
    onTestFinished(() => bind.mockRestore());
    bind.mockImplementationOnce(function (this: Socket, ...given) {
      bind.mockRestore();
      sockets.push(this);
      return this.bind(...given);
    });
    const got = get(`tftp://127.0.0.1:${server.port}/f`, { plain: true });
    const { from } = await server.next();
    for (const address of ["127.0.0.1", "192.0.2.1"]) {
      sockets[0]?.emit("message", Buffer.from("\0\x03\0\x01no"), { address, port: 0, family: "IPv4", size: 6 });
    }
    server.send("\0\x03\0\x01abc", from.port);
    expect((await got).octets).toBe(3);
  });

  it("fails with what onProgress throws, now and then or at the end", async () => {
    const server = await RawPeer.open();
    const cause = new Error("no progress");
    const onProgress = (): void => {
      throw cause;
    };
    const ends = get(`tftp://127.0.0.1:${server.port}/f`, { plain: true, onProgress });
    const endFails = expect(ends).rejects.toMatchObject({ kind: "aborted", cause });
    const end = await server.next();
    server.send("\0\x03\0\x01abc", end.from.port);
    await endFails;
    await server.next();
    const goesOn = get(`tftp://127.0.0.1:${server.port}/f`, { plain: true, onProgress });
    const fails = expect(goesOn).rejects.toMatchObject({ kind: "aborted", cause });
    const { from } = await server.next();
    let block = 0;
    let answer = "\0\x04";
    // The progress is told after a while.
    while (answer.startsWith("\0\x04")) {
      block++;
      server.send(`\0\x03\0${String.fromCharCode(block)}${"a".repeat(512)}`, from.port);
      await server.quiet(5);
      ({ text: answer } = await server.next());
    }
    await fails;
    expect(answer.slice(0, 4)).toBe("\0\x05\0\0");
    expect(block).toBeGreaterThan(1);
  });
});
