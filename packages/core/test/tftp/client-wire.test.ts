/** The TFTP client, by the octets on the wire. */
import { describe, expect, it } from "vitest";
import type { WritableFile } from "../../src/storage/index.ts";
import { get, getTo, put } from "../../src/tftp/index.ts";
import { Exchange } from "../../src/tftp/client/exchange.ts";
import { openUdpSocket } from "../../src/tftp/transfer/udp-socket.ts";
import { numbered, RawPeer, wholeLoopback } from "./tftp-fixture.ts";

const full = "a".repeat(512);

describe("the client", () => {
  it("tells the server with ERROR 0 when it is given up, in the middle of a file either way", async () => {
    const server = await RawPeer.open();
    const url = `tftp://127.0.0.1:${server.port}/f`;
    for (const operation of ["get", "put"] as const) {
      const controller = new AbortController();
      const options = { plain: true, signal: controller.signal };
      const ended = operation === "get" ? get(url, options) : put(Buffer.from(full.repeat(2)), url, options);
      const settled = expect(ended).rejects.toMatchObject({ kind: "aborted" });
      const { from } = await server.next();
      server.send(operation === "get" ? numbered(3, 1, full) : numbered(4, 0), from.port);
      await server.next();
      controller.abort();
      expect((await server.next()).text).toBe("\0\x05\0\0it was given up\0");
      await settled;
    }
  });

  it("can be given up while the local file is being opened: the server is told, the file abandoned", async () => {
    const server = await RawPeer.open();
    const socket = await openUdpSocket({ address: "127.0.0.1", family: 4, port: 0, receiveBuffer: 0 });
    let open: ((file: WritableFile) => void) | undefined;
    let opening: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      opening = resolve;
    });
    const exchange = new Exchange({
      socket,
      server: { address: "127.0.0.1", port: server.port },
      file: "f",
      mode: "octet",
      wanted: undefined,
      end: {
        operation: "read",
        maxSize: Infinity,
        open: () => {
          opening?.();
          return new Promise((resolve) => {
            open = resolve;
          });
        },
      },
      timing: { random: Math.random },
      requestRetries: 3,
      checkSize: true,
      group: { patience: 1_000, heldOctets: 0 },
      onOctets: () => undefined,
    });
    const ended = exchange.run();
    const { from } = await server.next();
    server.send(numbered(3, 1, "abc"), from.port);
    await asked;
    exchange.abort("it was given up", undefined);
    expect(await ended).toMatchObject({ kind: "not-begun", failure: { kind: "aborted" } });
    expect((await server.next()).text).toBe("\0\x05\0\0it was given up\0");
    await exchange.closed();
    socket.close();
    const abandoned = new Promise<void>((resolve) => {
      open?.({
        write: () => Promise.reject(new Error("never written to")),
        commit: () => Promise.reject(new Error("never committed")),
        abandon: async () => resolve(),
      });
    });
    await abandoned;
  });

  it("takes an OACK whose names are in odd case, and asks as often as it was told to and no more", async () => {
    const server = await RawPeer.open();
    const url = `tftp://127.0.0.1:${server.port}/f`;
    const got = get(url, { blockSize: 1024, windowSize: 2, transferSize: false });
    const first = await server.next();
    server.send("\0\x06BLKSIZE\x00600\0WindowSize\x001\0", first.from.port);
    expect((await server.next()).text).toBe(numbered(4, 0));
    server.send(numbered(3, 1, "b".repeat(599)), first.from.port);
    expect((await server.next()).text).toBe(numbered(4, 1));
    expect((await got).agreement).toMatchObject({ blockSize: 600, windowSize: 1 });
    const silence = get(url, { plain: true, retries: 2, initialTimeout: 2 });
    await expect(silence).rejects.toMatchObject({ kind: "timeout" });
    expect(new Set(await server.take(3)).size).toBe(1);
    expect(await server.quiet(30)).toBe(true);
  });

  it("repeats its last ACK when the last block comes again", async () => {
    const server = await RawPeer.open();
    const got = get(`tftp://127.0.0.1:${server.port}/f`, { plain: true });
    const { from } = await server.next();
    server.send(numbered(3, 1, "abc"), from.port);
    expect((await server.next()).text).toBe(numbered(4, 1));
    expect((await got).octets).toBe(3);
    server.send(numbered(3, 1, "abc"), from.port);
    expect((await server.next()).text).toBe(numbered(4, 1));
  });

  it("takes no second answer to its request for a transfer: it is foreign", async () => {
    const [server, other] = [await RawPeer.open(), await RawPeer.open()];
    const got = get(`tftp://127.0.0.1:${server.port}/f`, { plain: true });
    const { from } = await server.next();
    server.send(numbered(3, 1, full), from.port);
    await server.next();
    other.send(numbered(3, 1, full), from.port);
    expect((await other.next()).text).toBe("\0\x05\0\x05Unknown transfer ID\0");
    other.send("\0\x05\0\x05\0", from.port);
    server.send(numbered(3, 2, ""), from.port);
    expect((await got).octets).toBe(512);
    expect(await other.quiet(20)).toBe(true);
  });

  it.runIf(wholeLoopback)("takes no answer from another address than it asked, from the same port though", async () => {
    const server = await RawPeer.open();
    const other = await RawPeer.open({ host: "127.0.0.2", port: server.port });
    const got = get(`tftp://127.0.0.1:${server.port}/f`, { plain: true, localAddress: "127.0.0.1" });
    const { from } = await server.next();
    other.send(numbered(3, 1, "wrong"), from.port);
    expect((await other.next()).text).toBe("\0\x05\0\x05Unknown transfer ID\0");
    server.send(numbered(3, 1, "right"), from.port);
    expect(Buffer.from((await got).data).toString()).toBe("right");
  });

  it("fails with kind file, and tells the server, when the local file cannot be written", async () => {
    const server = await RawPeer.open();
    const got = getTo(`tftp://127.0.0.1:${server.port}/f`, "/nowhere/at/all", { plain: true });
    const settled = expect(got).rejects.toMatchObject({ kind: "file" });
    const { from } = await server.next();
    server.send(numbered(3, 1, "abc"), from.port);
    expect((await server.next()).text).toBe("\0\x05\0\x03The file could not be written\0");
    await settled;
  });
});
