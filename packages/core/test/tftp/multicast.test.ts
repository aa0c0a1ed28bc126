/** Multicast (RFC 2090) over loopback: by the octets on the wire, and both ends together. */
import { createSocket } from "node:dgram";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { LocalStorage } from "../../src/storage/index.ts";
import { get, getTo, type TftpServer, type TftpServerEvents, type TftpServerOptions } from "../../src/tftp/index.ts";
import { pattern, putFile, RawPeer, startTftp, type TftpFixture } from "./tftp-fixture.ts";

const address = "239.255.77.1";

/** A port that no group of another test uses. */
async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

interface MulticastFixture extends TftpFixture {
  readonly groupPort: number;
}

async function startMulticast(options: Partial<TftpServerOptions> = {}): Promise<MulticastFixture> {
  const groupPort = await freeUdpPort();
  const fixture = await startTftp({ multicast: { address, port: groupPort }, ...options });
  return { ...fixture, groupPort };
}

/** The blocks that a group gets, as `number: octets`. */
async function listen(port: number): Promise<string[]> {
  const heard: string[] = [];
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  await new Promise<void>((resolve) => socket.bind({ address, port }, resolve));
  socket.addMembership(address, "127.0.0.1");
  socket.on("message", (packet) => {
    heard.push(packet[1] === 3 ? `${packet.readUInt16BE(2)}: ${packet.length - 4}` : packet.toString("latin1"));
  });
  onTestFinished(() => {
    socket.close();
  });
  return heard;
}

const until = async (what: () => boolean): Promise<void> => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 5));
};

function told<K extends "transfer" | "transfer-broken">(server: TftpServer, event: K): TftpServerEvents[K][0][] {
  const all: TftpServerEvents[K][0][] = [];
  const hear = (one: TftpServerEvents[K][0]): unknown => all.push(one);
  // The emitter binds the listener to the name; a generic name is more than its types can follow.
  (server.on as (name: string, listener: typeof hear) => unknown).call(server, event, hear);
  return all;
}

describe("the server's multicast, by the octets", () => {
  it("names the group and the master, sends blocks to the group, and makes the next client the master", async () => {
    const { port, groupPort, storage, server } = await startMulticast();
    const whole = told(server, "transfer");
    await putFile(storage, "/f", pattern(8 * 3 + 5));
    const heard = await listen(groupPort);
    const [one, two] = [await RawPeer.open(), await RawPeer.open()];
    const request = "\0\x01f\0octet\0multicast\0\0blksize\x008\0windowsize\x004\0tsize\x000\0";
    one.send(request, port);
    const first = await one.next();
    expect(first.text).toBe(`\0\x06multicast\0${address},${groupPort},1\0blksize\x008\0tsize\x0029\0`);
    two.send(request, port);
    const second = await two.next();
    expect(second.text).toBe(`\0\x06multicast\0${address},${groupPort},0\0blksize\x008\0tsize\x0029\0`);
    expect(second.from.port).toBe(first.from.port);
    one.send("\0\x04\0\0", first.from.port);
    await until(() => heard.length === 1);
    one.send("\0\x04\0\x02", first.from.port);
    await until(() => heard.length === 2);
    two.send("\0\x04\0\0", first.from.port);
    expect((await two.next()).text).toBe(second.text);
    one.send("\0\x04\0\x04", first.from.port);
    expect((await two.next()).text).toBe(first.text);
    two.send("\0\x04\0\x03", first.from.port);
    await until(() => heard.length === 3);
    expect(heard).toEqual(["1: 8", "3: 8", "4: 5"]);
    two.send("\0\x04\0\x04", first.from.port);
    await until(() => whole.length === 2);
    expect(whole.map(({ octets, agreement }) => [octets, agreement.multicast, agreement.windowSize])).toEqual([
      [29, { address, port: groupPort }, 1],
      [29, { address, port: groupPort }, 1],
    ]);
    expect(server.counters).toMatchObject({ requests: 2, transfers: 2, broken: 0, octetsSent: 58 });
  });

  it("answers a request that came again with its OACK, strangers with ERROR 5, and last ACKs never", async () => {
    const { port, storage, server } = await startMulticast();
    await putFile(storage, "/f", pattern(5));
    const [one, two, three] = [await RawPeer.open(), await RawPeer.open(), await RawPeer.open()];
    const request = "\0\x01f\0octet\0multicast\0\0";
    one.send(request, port);
    const { from } = await one.next();
    two.send(request, port);
    const answer = await two.next();
    two.send(request, port);
    expect((await two.next()).text).toBe(answer.text);
    expect(server.counters.requests).toBe(2);
    three.send("\0\x04\0\x01", from.port);
    three.send("\0\x04\0\0", from.port);
    expect((await three.next()).text).toBe("\0\x05\0\x05Unknown transfer ID\0");
    expect(server.counters.foreign).toBe(1);
  });

  it("passes over and gives up who is silent, and tells the application of each client", async () => {
    const limits = { initialTimeout: 5, multicastRetries: 1, firstRetries: 1 };
    const { port, groupPort, storage, server } = await startMulticast({ limits });
    const broken = told(server, "transfer-broken");
    const whole = told(server, "transfer");
    await putFile(storage, "/f", pattern(600));
    const heard = await listen(groupPort);
    const [silent, one, two] = [await RawPeer.open(), await RawPeer.open(), await RawPeer.open()];
    const request = "\0\x01f\0octet\0multicast\0\0";
    silent.send(request, port);
    const { from } = await silent.next();
    one.send(request, port);
    await one.next();
    two.send(request, port);
    await two.next();
    two.send("\0\x04\0\x02", from.port);
    await until(() => whole.length === 1);
    one.send("\0\x05\0\x03enough\0", from.port);
    await until(() => broken.length + server.counters.declined === 2);
    expect(broken.map(({ kind, message }) => [kind, message])).toEqual([
      ["timeout", "No answer after 1 retransmissions"],
    ]);
    expect(heard).toEqual([]);
    expect(server.transferCount).toBe(0);
  });

  it("keeps to one content of a file: who asks later gets what is there later, in another group", async () => {
    const groupPort = await freeUdpPort();
    const { port, storage, server } = await startTftp({
      multicast: { address, ports: { first: groupPort, last: groupPort + 1 } },
    });
    const broken = told(server, "transfer-broken");
    await putFile(storage, "/f", pattern(200_000));
    const [one, two] = [await RawPeer.open(), await RawPeer.open()];
    const request = "\0\x01f\0octet\0multicast\0\0";
    one.send(request, port);
    const first = await one.next();
    await putFile(storage, "/f", pattern(200_001));
    two.send(request, port);
    const second = await two.next();
    expect([first.text, second.text]).toEqual([
      `\0\x06multicast\0${address},${groupPort},1\0`,
      `\0\x06multicast\0${address},${groupPort + 1},1\0`,
    ]);
    one.send("\0\x04\0\0", first.from.port);
    expect((await one.next()).text).toBe("\0\x05\0\0The file changed\0");
    await until(() => broken.length === 1);
    expect(broken[0]?.kind).toBe("file");
  });

  it("leaves the option out where it does not fit", async () => {
    const { port, storage } = await startMulticast({
      limits: { multicastClients: 1, multicastGroups: 1 },
      onRequest: ({ file }) => (file === "supplied" ? { content: "abc" } : undefined),
      write: true,
    });
    for (const file of ["/f", "/g"]) await putFile(storage, file, pattern(65_535 * 8));
    await putFile(storage, "/most", pattern(65_535 * 8 - 1));
    const answered = async (request: string): Promise<string> => {
      const peer = await RawPeer.open();
      peer.send(request, port);
      return (await peer.next()).text;
    };
    expect(await answered("\0\x01f\0octet\0blksize\x008\0multicast\0\0")).toBe("\0\x06blksize\x008\0");
    expect(await answered("\0\x01f\0netascii\0blksize\x008\0multicast\0\0")).toBe("\0\x06blksize\x008\0");
    expect(await answered("\0\x01supplied\0octet\0blksize\x008\0multicast\0\0")).toBe("\0\x06blksize\x008\0");
    expect(await answered("\0\x02new\0octet\0blksize\x008\0multicast\0\0")).toBe("\0\x06blksize\x008\0");
    expect(await answered("\0\x01most\0octet\0blksize\x008\0multicast\x00please\0")).toBe("\0\x06blksize\x008\0");
    expect(await answered("\0\x01most\0octet\0blksize\x008\0multicast\0\0")).toContain(",1\0");
    // One client a group, one group: both are taken now.
    expect(await answered("\0\x01most\0octet\0blksize\x008\0multicast\0\0")).toBe("\0\x06blksize\x008\0");
    expect(await answered("\0\x01g\0octet\0blksize\x0016\0multicast\0\0")).toBe("\0\x06blksize\x0016\0");
    const plain = await startTftp();
    await putFile(plain.storage, "/f", pattern(5));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0multicast\0\0", plain.port);
    expect((await peer.next()).text).toHaveLength(9);
  });

  it("tells a client that the server is stopping, and lets go of the group", async () => {
    const { port, storage, server } = await startMulticast();
    await putFile(storage, "/f", pattern(600));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0multicast\0\0", port);
    await peer.next();
    await server.stop();
    expect((await peer.next()).text).toBe("\0\x05\0\0The server is stopping\0");
    expect(server.transferCount).toBe(0);
  });

  it.each([
    [{ address: "192.0.2.1" }, "no multicast address"],
    [{ address: [] }, "one family"],
    [{ address: ["239.1.1.1", "ff15::1"] }, "one family"],
    [{ address, port: 0 }, "multicast.ports"],
    [{ address, ports: { first: 9, last: 8 } }, "multicast.ports"],
    [{ address, ttl: 256 }, "multicast.ttl"],
    [{ address, interface: "eth0" }, "multicast.interface"],
  ])("refuses the options %j", async (multicast, text) => {
    await expect(startTftp({ multicast })).rejects.toThrow(text);
  });

  it("refuses multicast over a single port", async () => {
    await expect(startTftp({ multicast: { address }, singlePort: true })).rejects.toThrow("singlePort");
  });
});

describe("the client's multicast, by the octets", () => {
  /** Hands a group's client its request and OACK. */
  const begin = async (
    options: Parameters<typeof get>[1] = {},
  ): Promise<{
    readonly got: ReturnType<typeof get>;
    readonly server: RawPeer;
    readonly client: number;
    readonly groupPort: number;
  }> => {
    const groupPort = await freeUdpPort();
    const server = await RawPeer.open();
    const how = { multicast: true, blockSize: 8, transferSize: false, ...options };
    const got = get(`tftp://127.0.0.1:${server.port}/f`, how);
    got.catch(() => undefined);
    const { text, from } = await server.next();
    expect(text).toBe("\0\x01f\0octet\0blksize\x008\0multicast\0\0");
    server.send(`\0\x06blksize\x008\0multicast\0${address},${groupPort},0\0`, from.port);
    await joined();
    return { got, server, client: from.port, groupPort };
  };
  // Nothing on the wire tells that a silent client has joined.
  const joined = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

  it("takes blocks in any order from the server only, and asks for what it lacks when it is the master", async () => {
    const { got, server, client, groupPort } = await begin();
    const stranger = await RawPeer.open();
    stranger.sendToGroup("\0\x03\0\x01wrong...", address, groupPort);
    server.sendToGroup("\0\x03\0\x02bbbbbbbb", address, groupPort);
    server.sendToGroup("\0\x03\0\x04dd", address, groupPort);
    expect(await server.quiet(50)).toBe(true);
    server.send("\0\x06multicast\0,,1\0", client);
    expect((await server.next()).text).toBe("\0\x04\0\0");
    server.sendToGroup("\0\x03\0\x01aaaaaaaa", address, groupPort);
    expect((await server.next()).text).toBe("\0\x04\0\x02");
    // To a lone client, a server may send by unicast.
    server.send("\0\x03\0\x03cccccccc", client);
    expect((await server.next()).text).toBe("\0\x04\0\x04");
    const result = await got;
    expect(Buffer.from(result.data).toString()).toBe("aaaaaaaabbbbbbbbccccccccdd");
    expect(result.agreement.multicast).toEqual({ address, port: groupPort });
    server.send("\0\x06multicast\0,,1\0", client);
    expect((await server.next()).text).toBe("\0\x04\0\x04");
  });

  it("acknowledges the last block though it is not the master", async () => {
    const { got, server, groupPort } = await begin();
    server.sendToGroup("\0\x03\0\x01a", address, groupPort);
    expect((await server.next()).text).toBe("\0\x04\0\x01");
    expect((await got).octets).toBe(1);
  });

  it("fails in the end when nothing comes, when it is refused, and when it is given up", async () => {
    const silent = await begin({ multicast: { patience: 30 } });
    await expect(silent.got).rejects.toMatchObject({ kind: "timeout" });
    await expect(silent.got).rejects.toThrow("No block came by multicast within");
    expect((await silent.server.next()).text.slice(0, 4)).toBe("\0\x05\0\0");
    const refused = await begin();
    refused.server.send("\0\x05\0\x00enough\0", refused.client);
    await expect(refused.got).rejects.toMatchObject({ kind: "refused", code: 0 });
    const controller = new AbortController();
    const aborted = await begin({ signal: controller.signal });
    controller.abort();
    await expect(aborted.got).rejects.toMatchObject({ kind: "aborted" });
    expect((await aborted.server.next()).text.slice(0, 4)).toBe("\0\x05\0\0");
    const large = await begin({ maxSize: 9 });
    large.server.sendToGroup("\0\x03\0\x02bb", address, large.groupPort);
    await expect(large.got).rejects.toMatchObject({ kind: "file" });
    expect((await large.server.next()).text.slice(0, 4)).toBe("\0\x05\0\x03");
  });

  it("asks for the file alone, by windows, when it is answered wrongly, without a group, or cannot join", async () => {
    const port = await freeUdpPort();
    const answers = [
      ["blksize\x001428\0", "Without a group"],
      [`multicast\0${address},${port},0\0windowsize\x002\0`, "The server answered windowsize=2"],
      ["multicast\x00192.0.2.1,9,1\0", "The server's multicast names no group"],
      [`multicast\0${address},${port},1\0`, "The group 239.255.77.1 cannot be joined"],
    ] as const;
    for (const [answer, why] of answers) {
      const server = await RawPeer.open();
      const got = get(`tftp://127.0.0.1:${server.port}/f`, { multicast: { interface: "192.0.2.77" } });
      const { text, from } = await server.next();
      expect(text).toBe("\0\x01f\0octet\0blksize\x001428\0tsize\x000\0multicast\0\0");
      server.send(`\0\x06${answer}`, from.port);
      expect((await server.next()).text.slice(0, 4 + why.length)).toBe(`\0\x05\0\x08${why}`);
      const again = await server.next();
      expect(again.text).toBe("\0\x01f\0octet\0blksize\x001428\0windowsize\x0016\0tsize\x000\0");
      server.send("\0\x03\0\x01abc", again.from.port);
      expect((await got).octets).toBe(3);
    }
  });

  it("takes the file alone from a server that knows no options", async () => {
    const server = await RawPeer.open();
    const got = get(`tftp://127.0.0.1:${server.port}/f`, { multicast: true });
    const { from } = await server.next();
    server.send("\0\x03\0\x01abc", from.port);
    expect((await server.next()).text).toBe("\0\x04\0\x01");
    expect((await got).octets).toBe(3);
  });
});

describe("both ends", () => {
  it("move a file to five clients, one of them late, each block about once", async () => {
    const { port, storage, server, groupPort } = await startMulticast();
    const whole = told(server, "transfer");
    const heard = await listen(groupPort);
    const content = pattern(1_000_000);
    await putFile(storage, "/f", content);
    const url = `tftp://127.0.0.1:${port}/f`;
    const ask = (): ReturnType<typeof get> => get(url, { multicast: true, blockSize: 1024 });
    const together = [1, 2, 3, 4].map(ask);
    await until(() => heard.length > 50);
    const late = ask();
    const results = await Promise.all([...together, late]);
    expect(results.map(({ data }) => Buffer.compare(data, content))).toEqual([0, 0, 0, 0, 0]);
    expect(results.map(({ agreement }) => agreement.multicast?.port)).toEqual(Array(5).fill(groupPort));
    await until(() => whole.length === 5);
    expect(server.counters).toMatchObject({ transfers: 5, broken: 0, foreign: 0, octetsSent: 5_000_000 });
    expect(heard.length).toBeGreaterThan(977 + 20);
    expect(heard.length).toBeLessThan(2 * 977);
  });

  it("move files of every size about a block, to files, streams and memory", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tftp-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const storage = new LocalStorage({ root: folder });
    const { port } = await startMulticast({ storage });
    for (const size of [0, 1, 511, 512, 513, 1024, 65_536, 70_000]) {
      const content = pattern(size);
      await writeFile(join(folder, `in${size}`), content);
      const url = `tftp://127.0.0.1:${port}/in${size}`;
      const how = { multicast: true, blockSize: 512 };
      const parts: Buffer[] = [];
      const stream = new Writable({
        write: (part: Buffer, _encoding, done) => {
          parts.push(Buffer.from(part));
          done();
        },
      });
      const [memory, , streamed] = await Promise.all([
        get(url, how),
        getTo(url, join(folder, "out"), how),
        getTo(url, stream, { ...how, multicast: { heldOctets: 1024 } }),
      ]);
      expect(Buffer.compare(memory.data, content), String(size)).toBe(0);
      expect(Buffer.compare(await readFile(join(folder, "out")), content), String(size)).toBe(0);
      expect(Buffer.compare(Buffer.concat(parts), content), String(size)).toBe(0);
      expect(streamed.agreement.multicast).toBeDefined();
    }
    await storage.close();
  });

  it("take the file alone where there is no multicast", async () => {
    const { port, storage } = await startTftp();
    const content = pattern(50_000);
    await putFile(storage, "/f", content);
    const { data, agreement } = await get(`tftp://127.0.0.1:${port}/f`, { multicast: true });
    expect(Buffer.compare(data, content)).toBe(0);
    expect(agreement).toEqual({ blockSize: 1428, windowSize: 16, timeout: undefined, transferSize: 50_000 });
  });

  it("go on when clients vanish, the master among them", async () => {
    const { port, storage, server } = await startMulticast({ limits: { initialTimeout: 50 } });
    const content = pattern(1_000_000);
    await putFile(storage, "/f", content);
    const url = `tftp://127.0.0.1:${port}/f`;
    const vanishing = await RawPeer.open();
    vanishing.send("\0\x01f\0octet\0blksize\x001024\0multicast\0\0", port);
    const { from } = await vanishing.next();
    vanishing.send("\0\x04\0\0", from.port);
    const controller = new AbortController();
    const aborted = get(url, { multicast: true, blockSize: 1024, signal: controller.signal });
    const others = [1, 2].map(() => get(url, { multicast: true, blockSize: 1024 }));
    await until(() => server.transferCount === 4);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ kind: "aborted" });
    for (const { data } of await Promise.all(others)) expect(Buffer.compare(data, content)).toBe(0);
    await until(() => server.transferCount === 0);
    expect(server.counters).toMatchObject({ transfers: 2 });
    expect(server.counters.broken + server.counters.declined).toBe(2);
  });
});
