/** Where a server listens: addresses that come and go, and broadcasts. */
import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { MemoryStorage } from "../../src/storage/index.ts";
import { Vigil } from "../../src/net/index.ts";
import { TftpServer, type TftpServerOptions } from "../../src/tftp/index.ts";
import { newCounters } from "../../src/tftp/server/events.ts";
import { ListeningSockets } from "../../src/tftp/server/listening-sockets.ts";
import { resolveTftpOptions } from "../../src/tftp/server/options.ts";
import { ServedRequest, type AskedSocket, type RequestHost } from "../../src/tftp/server/served-request.ts";
import { openUdpSocket } from "../../src/tftp/transfer/udp-socket.ts";
import { pattern, putFile, RawPeer, startTftp, wholeLoopback } from "./tftp-fixture.ts";

const addressOf = (address: string): NetworkInterfaceInfo => ({
  address,
  netmask: "255.0.0.0",
  family: "IPv4",
  mac: "00:00:00:00:00:00",
  internal: true,
  cidr: `${address}/8`,
});

/** Listening sockets on a machine whose addresses the test chooses. */
async function listen(
  addresses: readonly string[],
  options: Partial<TftpServerOptions> = {},
): Promise<{
  sockets: ListeningSockets;
  machine: string[];
  faults: unknown[];
  heard: string[];
  bound: () => string[];
}> {
  const machine = [...addresses];
  const faults: unknown[] = [];
  const heard: string[] = [];
  const resolved = resolveTftpOptions({
    storage: new MemoryStorage(),
    listeners: [{ host: "0.0.0.0", port: 0 }],
    limits: { addressTick: 10 },
    ...options,
  });
  const sockets = new ListeningSockets(
    resolved,
    (asked, packet) => heard.push(`${asked.address} ${Buffer.from(packet).toString()}`),
    (doing, cause) => faults.push([doing, cause]),
    () => ({ lo: machine.map(addressOf) }),
  );
  await sockets.open();
  onTestFinished(() => sockets.close());
  const bound = (): string[] => sockets.sockets.map(({ address }) => address).sort();
  return { sockets, machine, faults, heard, bound };
}

describe.runIf(wholeLoopback)("a wildcard", () => {
  it("follows addresses that come and go, and hears each with its own socket", async () => {
    const { sockets, machine, bound, heard, faults } = await listen(["127.0.0.1"]);
    expect(bound()).toEqual(["127.0.0.1"]);
    const first = sockets.sockets[0]?.socket;
    machine.push("127.0.0.2", "127.0.0.3");
    await vi.waitFor(() => expect(bound()).toEqual(["127.0.0.1", "127.0.0.2", "127.0.0.3"]));
    expect(sockets.sockets[0]?.socket).toBe(first);
    const second = sockets.sockets.find(({ address }) => address === "127.0.0.2");
    const peer = await RawPeer.open();
    peer.send("hello", second?.port ?? 0, "127.0.0.2");
    await vi.waitFor(() => expect(heard).toEqual(["127.0.0.2 hello"]));
    machine.splice(1, 1);
    await vi.waitFor(() => expect(bound()).toEqual(["127.0.0.1", "127.0.0.3"]));
    // The address that went is free again.
    const again = await openUdpSocket({ address: "127.0.0.2", family: 4, port: second?.port ?? 0, receiveBuffer: 0 });
    again.close();
    expect(faults).toEqual([]);
  });

  it("passes over an address that cannot be bound yet, and tries again", async () => {
    const blocker = await openUdpSocket({ address: "127.0.0.4", family: 4, port: 0, receiveBuffer: 0 });
    const { port } = blocker.address();
    const { machine, bound, faults } = await listen(["127.0.0.1", "203.0.113.9"], {
      listeners: [{ host: "0.0.0.0", port }],
    });
    expect(bound()).toEqual(["127.0.0.1"]);
    machine.push("127.0.0.4");
    await vi.waitFor(() => expect(faults.length).toBeGreaterThan(0));
    expect(faults[0]).toMatchObject(["binding 127.0.0.4", { code: "EADDRINUSE" }]);
    blocker.close();
    await vi.waitFor(() => expect(bound()).toEqual(["127.0.0.1", "127.0.0.4"]));
  });

  it("leaves listeners alone that were named", async () => {
    const { machine, bound } = await listen(["127.0.0.1"], {
      listeners: [
        { host: "0.0.0.0", port: 0 },
        { host: "127.0.0.5", port: 0 },
      ],
    });
    machine.push("127.0.0.2");
    await vi.waitFor(() => expect(bound()).toContain("127.0.0.2"));
    expect(bound()).toEqual(["127.0.0.1", "127.0.0.2", "127.0.0.5"]);
  });

  it("leaves out an address that another listener names with the same port", async () => {
    const probe = await openUdpSocket({ address: "127.0.0.1", family: 4, port: 0, receiveBuffer: 0 });
    const { port } = probe.address();
    probe.close();
    const listeners = ["0.0.0.0", "127.0.0.1"].map((host) => ({ host, port }));
    const { machine, bound, faults } = await listen(["127.0.0.1"], { listeners });
    machine.push("127.0.0.2");
    await vi.waitFor(() => expect(bound()).toEqual(["127.0.0.1", "127.0.0.2"]));
    expect(faults).toEqual([]);
  });
});

describe.runIf(wholeLoopback)("a broadcast", () => {
  it("is never answered, though it reaches sockets that are bound to no address", async () => {
    const { server, storage } = await startTftp({ listeners: [{ host: "0.0.0.0", port: 0 }] });
    await putFile(storage, "/f", pattern(10));
    const { port } = server.addresses.find(({ address }) => address === "127.0.0.1") ?? { port: 0 };
    const witness = createSocket({ type: "udp4", reuseAddr: true });
    witness.bind(0, "0.0.0.0");
    await once(witness, "listening");
    onTestFinished(() => {
      witness.close();
    });
    const peer = await RawPeer.open();
    peer.allowBroadcast();
    const heard = once(witness, "message");
    for (const to of [witness.address().port, port]) peer.send("\0\x01f\0octet\0", to, "127.255.255.255");
    await heard;
    expect(await peer.quiet(50)).toBe(true);
    expect(server.counters.requests).toBe(0);
  });
});

describe("a listener that went away", () => {
  it("takes its requests with it quietly", async () => {
    const storage = new MemoryStorage();
    await putFile(storage, "/f", pattern(10));
    const options = resolveTftpOptions({
      storage,
      singlePort: true,
      limits: { initialTimeout: 3, longestTimeout: 10, firstRetries: 1 },
    });
    const told: string[] = [];
    const host: RequestHost = {
      options,
      counters: newCounters(),
      groups: undefined,
      vigil: new Vigil(0),
      windowOctets: 0,
      unprovenOctets: 0,
      rest: () => undefined,
      hears: () => false,
      tell: (event) => told.push(event),
    };
    const socket = await openUdpSocket({ address: "127.0.0.1", family: 4, port: 0, receiveBuffer: 0 });
    const { port } = socket.address();
    socket.close();
    const asked: AskedSocket = { socket, address: "127.0.0.1", port, family: 4 };
    const peer: RemoteInfo = { address: "127.0.0.1", port: 9, family: "IPv4", size: 0 };
    const serve = (file: string): Promise<void> =>
      new ServedRequest(host, asked, peer, new Uint8Array(0), {
        operation: "read",
        file,
        asked: file,
        mode: "octet",
        options: [],
        remote: peer,
        local: asked,
      }).serve();
    await serve("none");
    await serve("f");
    expect(told).toEqual(["refusal", "transfer-start", "transfer-broken"]);
  });
});

describe("a server that is stopped while it starts", () => {
  const listeners = Array.from({ length: 3 }, () => ({ host: "127.0.0.1", port: 0 }));

  /** How many sockets of datagrams this process holds. */
  const socketsHeld = (): number => process.getActiveResourcesInfo().filter((name) => name === "UDPWRAP").length;

  it("leaves nothing bound, says so to who started it, and can be started again", async () => {
    const held = socketsHeld();
    const server = new TftpServer({ storage: new MemoryStorage(), listeners });
    for (let round = 0; round < 3; round++) {
      const started = server.start();
      const refused = expect(started).rejects.toThrow("The server was stopped while it started");
      await server.stop();
      await refused;
      expect(server.addresses).toEqual([]);
      expect(socketsHeld()).toBe(held);
    }
    await server.start();
    expect(server.addresses).toHaveLength(3);
    await server.stop();
    expect(socketsHeld()).toBe(held);
  });

  it("and started at once again listens where it is told", async () => {
    const probe = await openUdpSocket({ address: "127.0.0.1", family: 4, port: 0, receiveBuffer: 0 });
    const { port } = probe.address();
    probe.close();
    const server = new TftpServer({ storage: new MemoryStorage(), listeners: [{ host: "127.0.0.1", port }] });
    onTestFinished(() => server.stop());
    const refused = expect(server.start()).rejects.toThrow("The server was stopped while it started");
    const stopped = server.stop();
    // One turn later the first start is over for the server, but not for the system.
    await Promise.resolve();
    await Promise.resolve();
    const again = server.start();
    await Promise.all([refused, stopped, again]);
    expect(server.addresses).toEqual([{ address: "127.0.0.1", port, family: 4 }]);
  });

  it("follows no addresses of the machine any more", async () => {
    const interfaces = vi.fn(() => ({ lo: [addressOf("127.0.0.1")] }));
    const resolved = resolveTftpOptions({
      storage: new MemoryStorage(),
      listeners: [{ host: "0.0.0.0", port: 0 }],
      limits: { addressTick: 10 },
    });
    const sockets = new ListeningSockets(
      resolved,
      () => undefined,
      () => undefined,
      interfaces,
    );
    const opened = sockets.open();
    sockets.close();
    await expect(opened).rejects.toThrow("The server was stopped while it started");
    const looks = interfaces.mock.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(interfaces.mock.calls.length).toBe(looks);
  });
});
