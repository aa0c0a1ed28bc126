/**
 * Multicast (RFC 2090) with atftp and atftpd, on this machine alone (TTL 0). They join groups on the network that the system
 * would send multicast to, so an address there is used, not loopback.
 */
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalStorage } from "../../packages/core/src/storage/index.ts";
import { get, TftpServer } from "../../packages/core/src/tftp/index.ts";
import { program } from "./peer-servers.ts";
import { makeFolder, run, start } from "./processes.ts";

const group = "239.255.79.1";
const atftpd = program("atftpd", "usr/sbin/atftpd");
const atftp = "/usr/bin/atftp";
const blockSize = 1024;
const content = randomBytes(300 * blockSize + 17);
const large = randomBytes(4_000 * blockSize + 17);

/** This machine's address on the network that multicast goes to; undefined where there is none. */
async function multicastAddress(): Promise<string | undefined> {
  const socket = createSocket("udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.connect(1758, group, () => resolve());
    });
    return socket.address().address;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

// The machine's own network is used only where somebody says so: TWINPORT_MULTICAST=1 npm run test:interop.
const host = process.env["TWINPORT_MULTICAST"] === undefined ? undefined : await multicastAddress();
const possible = host !== undefined;

async function openSocket(): Promise<Socket> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  return socket;
}

async function freeUdpPort(): Promise<number> {
  const socket = await openSocket();
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

let served: Awaited<ReturnType<typeof makeFolder>>;
let local: Awaited<ReturnType<typeof makeFolder>>;

beforeAll(async () => {
  [served, local] = [await makeFolder(), await makeFolder()];
  for (const [name, octets] of [
    ["image", content],
    ["large", large],
  ] as const) {
    await writeFile(join(served.path, name), octets);
    await chmod(join(served.path, name), 0o644);
  }
});

afterAll(async () => {
  await served.remove();
  await local.remove();
});

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.skipIf(!possible)("atftp, from our server", () => {
  const withServer = async (use: (server: TftpServer, port: number) => Promise<void>): Promise<void> => {
    const server = new TftpServer({
      storage: new LocalStorage({ root: served.path }),
      listeners: [{ host: host ?? "", port: 0 }],
      multicast: { address: group, port: await freeUdpPort(), ttl: 0 },
    });
    await server.start();
    try {
      await use(server, server.addresses[0]?.port ?? 0);
    } finally {
      await server.stop();
    }
  };
  const fetch = async (port: number, to: string): Promise<Buffer> => {
    const options = ["--option", "multicast", "--option", `blksize ${blockSize}`];
    await run(atftp, [...options, "--get", "-r", "image", "-l", join(local.path, to), host ?? "", String(port)]);
    return readFile(join(local.path, to));
  };

  it("gets a file as the master client", () =>
    withServer(async (server, port) => {
      const groups: unknown[] = [];
      server.on("transfer", ({ agreement }) => groups.push(agreement.multicast?.address));
      expect(Buffer.compare(await fetch(port, "alone"), content)).toBe(0);
      expect(groups).toEqual([group]);
    }));

  it("gets a part of it from another client's asking, and asks for the rest", () =>
    withServer(async (server, port) => {
      const master = await openSocket();
      const ended: number[] = [];
      server.on("transfer", ({ counts }) => ended.push(counts.packetsOut));
      const acknowledge = (to: number, block: number): void =>
        master.send(Uint8Array.of(0, 4, block >> 8, block), to, host);
      const transferPort = await new Promise<number>((resolve) => {
        master.once("message", (_packet, from) => resolve(from.port));
        master.send(`\0\x01image\0octet\0multicast\0\0blksize\0${blockSize}\0`, port, host);
      });
      const got = fetch(port, "passive");
      while (server.transferCount < 2) await pause(10);
      await pause(200);
      for (let block = 0; block < 200; block += 2) {
        acknowledge(transferPort, block);
        await pause(1);
      }
      acknowledge(transferPort, 301);
      expect(Buffer.compare(await got, content)).toBe(0);
      while (ended.length < 2) await pause(10);
      // 301 blocks, of which it asked for the 201 that the other left out.
      expect(ended[1]).toBeLessThan(250);
      master.close();
    }));
});

/** A promise, and what settles it. */
function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let settle: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (settle = resolve));
  return { promise, resolve: () => settle() };
}

describe.skipIf(!possible)("our client, from atftpd", () => {
  it("gets a file together with others", async () => {
    const port = await freeUdpPort();
    // It tells ports from 32,768 as negative numbers.
    const groupPort = 17_580 + (process.pid % 1_000);
    const server = start(atftpd, [
      ...["--daemon", "--no-fork", "--user", "nobody", "--group", "nogroup", "--bind-address", host ?? ""],
      ...["--port", String(port), "--mcast-addr", group, "--mcast-port", String(groupPort), "--mcast-ttl", "0"],
      ...["--logfile", "-", served.path],
    ]);
    try {
      await pause(500);
      const url = `tftp://${host}:${port}/large`;
      // Clients that come at the same instant each get a group of their own from it; who comes later joins.
      const begun = deferred();
      const ask = (): ReturnType<typeof get> =>
        get(url, { multicast: true, blockSize, onProgress: () => begun.resolve() });
      const first = ask();
      await begun.promise;
      const results = await Promise.all([first, ask(), ask()]);
      for (const { data, agreement } of results) {
        expect(Buffer.compare(data, large)).toBe(0);
        expect(agreement.multicast).toEqual({ address: group, port: groupPort });
      }
      // The others asked for what they had missed only.
      const acknowledged = results.map(({ counts }) => counts.packetsOut);
      expect(Math.min(...acknowledged)).toBeLessThan(3_000);
    } finally {
      await server.stop();
    }
  });
});
