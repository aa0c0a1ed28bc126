/** TftpServer and the client, over loopback. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { LocalStorage } from "../../src/storage/index.ts";
import { get, getTo, put, type TftpProgress } from "../../src/tftp/index.ts";
import { fileOf, pattern, putFile, RawPeer, startTftp } from "./tftp-fixture.ts";

const sizes = [0, 1, 511, 512, 513, 1200, 1428, 65_535, 300_000];

const ways = [
  { plain: true },
  { blockSize: 512, windowSize: 1 },
  { blockSize: 8, windowSize: 64, maximum: 1200 },
  { blockSize: 1428, windowSize: 16 },
  { blockSize: 1468, windowSize: 4, timeout: 1 },
  { blockSize: 65_464, windowSize: 4 },
  { blockSize: 16_384, windowSize: 1, transferSize: false },
  { mode: "netascii" as const },
];

describe("both ends", () => {
  for (const singlePort of [false, true]) {
    it(`move files of every size in every way${singlePort ? " over a single port" : ""}`, async () => {
      const { port, storage, server } = await startTftp({ write: { overwrite: true }, singlePort });
      for (const size of sizes) {
        const content = pattern(size);
        await putFile(storage, "/in", content);
        for (const { maximum = Infinity, ...way } of ways.filter((one) => size <= (one.maximum ?? Infinity))) {
          expect(maximum).toBeGreaterThanOrEqual(size);
          const got = await get(`tftp://127.0.0.1:${port}/in`, way);
          expect(Buffer.compare(got.data, content), `${size} ${JSON.stringify(way)}`).toBe(0);
          await put(content, `tftp://127.0.0.1:${port}/out`, way);
          const stored = await fileOf(storage, "/out");
          expect(Buffer.compare(stored ?? pattern(7), content), `${size} ${JSON.stringify(way)}`).toBe(0);
        }
      }
      expect(server.counters).toMatchObject({ broken: 0, refusals: 0 });
    });
  }

  it("agree on the options", async () => {
    const { port, storage } = await startTftp({ limits: { windowSize: 8, blockSize: 1024 } });
    await putFile(storage, "/f", pattern(5000));
    const { agreement } = await get(`tftp://127.0.0.1:${port}/f`, { timeout: 3 });
    expect(agreement).toEqual({ blockSize: 1024, windowSize: 8, timeout: 3, transferSize: 5000 });
  });

  it("speak IPv6", async () => {
    const { port, storage } = await startTftp({ listeners: [{ host: "::1", port: 0 }] });
    await putFile(storage, "/f", pattern(5000));
    expect((await get(`tftp://[::1]:${port}/f`)).octets).toBe(5000);
  });

  it("cross the rollover of the block numbers", async () => {
    const content = pattern(8 * 66_000 + 5);
    for (const rollover of [0, 1] as const) {
      const { port, storage } = await startTftp({ rollover });
      await putFile(storage, "/f", content);
      const { data } = await get(`tftp://127.0.0.1:${port}/f`, { blockSize: 8, windowSize: 64, rollover });
      expect(Buffer.compare(data, content)).toBe(0);
    }
  });

  it("use files of the machine, under a temporary name until they are whole", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tftp-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const served = await mkdtemp(join(tmpdir(), "tftp-"));
    onTestFinished(() => rm(served, { recursive: true }));
    const storage = new LocalStorage({ root: served });
    const { port } = await startTftp({ storage, write: true });
    const content = pattern(1_000_000);
    await writeFile(join(folder, "source"), content);
    await put(join(folder, "source"), `tftp://127.0.0.1:${port}/there`);
    expect((await readdir(served)).filter((name) => name !== ".twinport-journal")).toEqual(["there"]);
    await getTo(`tftp://127.0.0.1:${port}/there`, join(folder, "target"));
    expect(Buffer.compare(await readFile(join(folder, "target")), content)).toBe(0);
    await expect(getTo(`tftp://127.0.0.1:${port}/missing`, join(folder, "none"))).rejects.toMatchObject({ code: 1 });
    expect((await readdir(folder)).sort()).toEqual(["source", "target"]);
    await storage.close();
  });

  it("use streams, and tell the progress", async () => {
    const { port, storage } = await startTftp({ write: true });
    const content = pattern(100_000);
    const told: TftpProgress[] = [];
    await put(Readable.from([content.subarray(0, 999), content.subarray(999)]), `tftp://127.0.0.1:${port}/s`);
    expect(await fileOf(storage, "/s")).toEqual(content);
    const parts: Buffer[] = [];
    const stream = new Writable({
      write: (part: Buffer, _encoding, done) => {
        parts.push(Buffer.from(part));
        done();
      },
    });
    await getTo(`tftp://127.0.0.1:${port}/s`, stream, { onProgress: (progress) => told.push(progress) });
    expect(Buffer.compare(Buffer.concat(parts), content)).toBe(0);
    expect(told.at(-1)).toEqual({ octets: 100_000, total: 100_000 });
  });

  it("serve a hundred at once", async () => {
    const { port, storage, server } = await startTftp();
    const content = pattern(50_000);
    await putFile(storage, "/f", content);
    const results = await Promise.all(
      Array.from({ length: 100 }, () => get(`tftp://127.0.0.1:${port}/f`, { retries: 8 })),
    );
    expect(results.every(({ data }) => Buffer.compare(data, content) === 0)).toBe(true);
    expect(server.counters.requests).toBeGreaterThanOrEqual(100);
  });
});

describe("the client", () => {
  it("asks again without options when the server drops requests that have some", async () => {
    const server = await RawPeer.open();
    const got = get(`tftp://127.0.0.1:${server.port}/f`, { initialTimeout: 5 });
    let request = await server.next();
    while (request.text.includes("blksize")) request = await server.next();
    expect(request.text).toBe("\0\x01f\0octet\0");
    server.send("\0\x03\0\x01abc", request.from.port);
    expect((await server.next()).text).toBe("\0\x04\0\x01");
    expect(Buffer.from((await got).data).toString()).toBe("abc");
  });

  it("answers an option it did not ask for with ERROR 8, and asks again without options", async () => {
    const server = await RawPeer.open();
    const got = get(`tftp://127.0.0.1:${server.port}/f`, { transferSize: false });
    const first = await server.next();
    server.send("\0\x06tsize\x003\0", first.from.port);
    expect((await server.next()).text.slice(0, 4)).toBe("\0\x05\0\x08");
    const second = await server.next();
    expect(second.text).toBe("\0\x01f\0octet\0");
    server.send("\0\x03\0\x01abc", second.from.port);
    expect((await got).octets).toBe(3);
  });

  it("asks again without options after ERROR 8", async () => {
    const server = await RawPeer.open();
    const sent = put(Buffer.from("abc"), `tftp://127.0.0.1:${server.port}/f`);
    const first = await server.next();
    expect(first.text).toBe("\0\x02f\0octet\0blksize\x001428\0windowsize\x0016\0tsize\x003\0");
    server.send("\0\x05\0\x08no\0", first.from.port);
    const second = await server.next();
    expect(second.text).toBe("\0\x02f\0octet\0");
    server.send("\0\x04\0\0", second.from.port);
    expect((await server.next()).text).toBe("\0\x03\0\x01abc");
    server.send("\0\x04\0\x01", second.from.port);
    expect((await sent).octets).toBe(3);
  });

  it("answers a foreign TID with ERROR 5 and goes on", async () => {
    const server = await RawPeer.open();
    const stranger = await RawPeer.open();
    const got = get(`tftp://127.0.0.1:${server.port}/f`, { plain: true });
    const { from } = await server.next();
    server.send(`\0\x03\0\x01${"a".repeat(512)}`, from.port);
    await server.next();
    stranger.send("\0\x03\0\x02wrong", from.port);
    expect((await stranger.next()).text.slice(0, 4)).toBe("\0\x05\0\x05");
    server.send("\0\x03\0\x02b", from.port);
    expect((await got).octets).toBe(513);
  });

  it("fails with what the server said, with silence, and with the caller's wish", async () => {
    const { port } = await startTftp();
    await expect(get(`tftp://127.0.0.1:${port}/none`)).rejects.toMatchObject({ kind: "refused", code: 1 });
    const silent = await RawPeer.open();
    const url = `tftp://127.0.0.1:${silent.port}/f`;
    await expect(get(url, { initialTimeout: 2, retries: 2 })).rejects.toMatchObject({ kind: "timeout" });
    const controller = new AbortController();
    const got = get(url, { signal: controller.signal });
    controller.abort();
    await expect(got).rejects.toMatchObject({ kind: "aborted" });
    await expect(get(url, { blockSize: 4 })).rejects.toThrow(RangeError);
  });
});

describe("a server that stops", () => {
  it("lets a transfer finish, and refuses what comes meanwhile", async () => {
    const { server, port, storage } = await startTftp();
    const content = pattern(600);
    await putFile(storage, "/f", content);
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0", port);
    const first = await peer.next();
    const stopped = server.stop({ drainFor: 10_000 });
    const late = await RawPeer.open();
    late.send("\0\x01f\0octet\0", port);
    expect((await late.next()).text).toBe("\0\x05\0\0The server is stopping\0");
    peer.send("\0\x04\0\x01", first.from.port);
    const second = await peer.next();
    peer.send("\0\x04\0\x02", second.from.port);
    await stopped;
    expect(server.counters).toMatchObject({ transfers: 1, broken: 0 });
    expect(server.addresses).toEqual([]);
  });

  it("gives up what takes longer", async () => {
    const { server, port, storage } = await startTftp();
    await putFile(storage, "/f", pattern(600));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0", port);
    await peer.next();
    await server.stop({ drainFor: 50 });
    expect((await peer.next()).text).toBe("\0\x05\0\0The server is stopping\0");
    expect(server.counters).toMatchObject({ transfers: 0, broken: 1 });
  });
});
