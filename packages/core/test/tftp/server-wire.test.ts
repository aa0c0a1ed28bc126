/** TftpServer, by the octets on the wire: the rules and the quirks of real clients. */
import { describe, expect, it } from "vitest";
import type { ReadableFile } from "../../src/bytes/index.ts";
import type { TftpServerEvents } from "../../src/tftp/index.ts";
import { fileOf, patient, pattern, putFile, RawPeer, startTftp } from "./tftp-fixture.ts";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

describe("the server", () => {
  it("answers a request without options with DATA 1, from a port of its own", async () => {
    const { port, storage } = await startTftp();
    await putFile(storage, "/f", text("abc"));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0OCTET\0", port);
    const { text: data, from } = await peer.next();
    expect(data).toBe("\0\x03\0\x01abc");
    expect(from.port).not.toBe(port);
    peer.send("\0\x04\0\x01", from.port);
    expect(await peer.quiet(50)).toBe(true);
  });

  it("answers options exactly: what was asked, nothing more, no octet after it", async () => {
    const { port, storage } = await startTftp();
    await putFile(storage, "/f", pattern(3000));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0TSIZE\x000\0BlkSize\x001400\0interval\x005\0mystery\x001\0", port);
    const { text: oack, from } = await peer.next();
    expect(oack).toBe("\0\x06tsize\x003000\0blksize\x001400\0interval\x005\0");
    peer.send("\0\x04\0\0", from.port);
    expect((await peer.next()).text).toHaveLength(1404);
  });

  it("takes ERROR 8 to its OACK as the size probe of a boot ROM, and serves the next request", async () => {
    const { port, storage, server } = await startTftp();
    await putFile(storage, "/f", text("abc"));
    const declined = new Promise<TftpServerEvents["declined"][0]>((resolve) => server.once("declined", resolve));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0tsize\x000\0", port);
    const { text: oack, from } = await peer.next();
    expect(oack).toBe("\0\x06tsize\x003\0");
    peer.send("\0\x05\0\x08User aborted\0", from.port);
    expect((await declined).counts.timeouts).toBe(0);
    peer.send("\0\x01f\0octet\0blksize\x001456\0", port);
    const again = await peer.next();
    expect(again.text).toBe("\0\x06blksize\x001456\0");
    peer.send("\0\x05\0\x08\0", again.from.port);
    expect(await peer.quiet(50)).toBe(true);
    expect(server.counters).toMatchObject({ broken: 0 });
  });

  it("finds by rules what old ROMs and Windows' loader ask for", async () => {
    const { port, storage } = await startTftp({
      rewrite: [
        { rule: "strip-0xff" },
        { rule: "backslashes" },
        { rule: "lower-case" },
        { rule: "prefix", from: "/tftpboot/", to: "/" },
        { rule: "name", from: "old.img", to: "new.img" },
        { rule: "folder", networks: ["127.0.0.0/8"], folder: "/here" },
      ],
    });
    await storage.makeDirectory("/here" as Parameters<typeof storage.makeDirectory>[0]);
    await storage.makeDirectory("/here/boot" as Parameters<typeof storage.makeDirectory>[0]);
    await putFile(storage, "/here/boot/bcd", text("bcd"));
    await putFile(storage, "/here/new.img", text("new"));
    for (const [asked, content] of [
      ["\\Boot\\BCD", "bcd"],
      ["boot/bcd\xff", "bcd"],
      ["/tftpboot/boot/bcd", "bcd"],
      ["OLD.img", "new"],
      ["../../here/../boot/bcd", "bcd"],
    ] as const) {
      const peer = await RawPeer.open();
      peer.send(`\0\x01${asked}\0octet\0`, port);
      const { text: data, from } = await peer.next();
      expect([asked, data]).toEqual([asked, `\0\x03\0\x01${content}`]);
      peer.send("\0\x04\0\x01", from.port);
    }
  });

  it("refuses with the fitting code, and shows no path", async () => {
    const { port, storage, server } = await startTftp({ write: true });
    await putFile(storage, "/f", text("abc"));
    await storage.makeDirectory("/folder" as Parameters<typeof storage.makeDirectory>[0]);
    const cases: readonly (readonly [string, string])[] = [
      ["\0\x01none\0octet\0", "\0\x05\0\x01File not found\0"],
      ["\0\x01folder\0octet\0", "\0\x05\0\x01File not found\0"],
      ["\0\x01f\0mail\0", "\0\x05\0\x04Mode mail is not offered; use octet\0"],
      ["\0\x01f\0image\0", "\0\x05\0\x04The mode is none; use octet or netascii\0"],
      ["\0\x01f\0octet", "\0\x05\0\x04The mode is not terminated\0"],
      ["\0\x02f\0octet\0", "\0\x05\0\x06File already exists\0"],
      ["\0\x02big\0octet\0tsize\x009999999999\0", "\0\x05\0\x03The file is too large\0"],
      ["\0\x03\0\x01abc", "\0\x05\0\x05Unknown transfer ID\0"],
    ];
    for (const [asked, answer] of cases) {
      const peer = await RawPeer.open();
      peer.send(asked, port);
      expect((await peer.next()).text).toBe(answer);
    }
    const peer = await RawPeer.open();
    for (const silence of ["\0\x05\0\x01never answered\0", "\0\x09", "", "\0\x04\0", "chargen says hello"]) {
      peer.send(silence, port);
      expect(await peer.quiet(20)).toBe(true);
    }
    expect(server.counters.refusals).toBe(7);
  });

  it("offers no writing unless told to, and nothing to strangers", async () => {
    const closed = await startTftp({ read: { from: ["192.0.2.0/24"] } });
    await putFile(closed.storage, "/f", text("abc"));
    const peer = await RawPeer.open();
    peer.send("\0\x02new\0octet\0", closed.port);
    expect((await peer.next()).text).toBe("\0\x05\0\x02This server offers no writing\0");
    peer.send("\0\x01f\0octet\0", closed.port);
    expect((await peer.next()).text).toBe("\0\x05\0\x02Access violation\0");
  });

  it("takes the same RRQ twice for one transfer, and answers the same WRQ with the same OACK", async () => {
    const { port, storage, server } = await startTftp({ write: true });
    await putFile(storage, "/f", text("abc"));
    const reader = await RawPeer.open();
    reader.send("\0\x01f\0octet\0", port);
    reader.send("\0\x01f\0octet\0", port);
    const { from } = await reader.next();
    expect(await reader.quiet(50)).toBe(true);
    reader.send("\0\x04\0\x01", from.port);
    const writer = await RawPeer.open();
    writer.send("\0\x02g\0octet\0tsize\x003\0", port);
    const first = await writer.next();
    writer.send("\0\x02g\0octet\0tsize\x003\0", port);
    const second = await writer.next();
    expect([first.text, second.text]).toEqual(["\0\x06tsize\x003\0", "\0\x06tsize\x003\0"]);
    expect(second.from.port).toBe(first.from.port);
    writer.send("\0\x03\0\x01abc", first.from.port);
    expect((await writer.next()).text).toBe("\0\x04\0\x01");
    expect(await fileOf(storage, "/g")).toEqual(text("abc"));
    writer.send("\0\x03\0\x01abc", first.from.port);
    expect((await writer.next()).text).toBe("\0\x04\0\x01");
    expect(server.counters.requests).toBe(2);
  });

  it("answers a foreign TID with ERROR 5, an ERROR never, and goes on", async () => {
    const { port, storage, server } = await startTftp({ limits: patient });
    await putFile(storage, "/f", pattern(600));
    const peer = await RawPeer.open();
    const stranger = await RawPeer.open();
    peer.send("\0\x01f\0octet\0", port);
    const { from } = await peer.next();
    stranger.send("\0\x04\0\x01", from.port);
    expect((await stranger.next()).text).toBe("\0\x05\0\x05Unknown transfer ID\0");
    stranger.send("\0\x05\0\0gone\0", from.port);
    expect(await stranger.quiet(50)).toBe(true);
    peer.send("\0\x04\0\x01", from.port);
    expect((await peer.next()).text).toHaveLength(4 + 88);
    expect(server.counters.foreign).toBe(2);
  });

  it("sends a window back to back, and again from the block that is missing", async () => {
    const { port, storage } = await startTftp({ limits: patient });
    await putFile(storage, "/f", pattern(8 * 10));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0blksize\x008\0windowsize\x004\0", port);
    const { from } = await peer.next();
    const block = async (): Promise<number> => (await peer.next()).text.charCodeAt(3);
    peer.send("\0\x04\0\0", from.port);
    expect([await block(), await block(), await block(), await block()]).toEqual([1, 2, 3, 4]);
    peer.send("\0\x04\0\x02", from.port);
    expect([await block(), await block(), await block(), await block()]).toEqual([3, 4, 5, 6]);
    peer.send("\0\x04\0\x06", from.port);
    expect([await block(), await block(), await block(), await block()]).toEqual([7, 8, 9, 10]);
    peer.send("\0\x04\0\x0a", from.port);
    expect((await peer.next()).text).toBe("\0\x03\0\x0b");
    peer.send("\0\x04\0\x0b", from.port);
  });

  it("sends nothing more than one packet and a few copies to an address that does not answer", async () => {
    const { port, storage, server } = await startTftp({ limits: { initialTimeout: 5, firstRetries: 2 } });
    await putFile(storage, "/f", pattern(100_000));
    const broken = new Promise<TftpServerEvents["transfer-broken"][0]>((resolve) =>
      server.once("transfer-broken", resolve),
    );
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0windowsize\x0064\0", port);
    expect(await broken).toMatchObject({ kind: "timeout", counts: { packetsOut: 3 } });
  });

  it("lets the application refuse, rewrite and supply the bytes", async () => {
    const { port, storage } = await startTftp({
      onRequest: async ({ file, remote }) => {
        if (file === "secret") return { refuse: "Not for you" };
        if (file === "config") return { content: `for ${remote.address}` };
        return file === "alias" ? { file: "f" } : undefined;
      },
    });
    await putFile(storage, "/f", text("abc"));
    const answers = ["secret", "config", "alias", "f"].map(async (file) => {
      const peer = await RawPeer.open();
      peer.send(`\0\x01${file}\0octet\0`, port);
      const { text: answer, from } = await peer.next();
      peer.send("\0\x04\0\x01", from.port);
      return answer;
    });
    expect(await Promise.all(answers)).toEqual([
      "\0\x05\0\x02Not for you\0",
      "\0\x03\0\x01for 127.0.0.1",
      "\0\x03\0\x01abc",
      "\0\x03\0\x01abc",
    ]);
  });

  it("caps what is written, and leaves nothing of a write that broke", async () => {
    const { port, storage } = await startTftp({ write: { maxSize: 600 } });
    const peer = await RawPeer.open();
    peer.send("\0\x02new\0octet\0", port);
    const { text: ack, from } = await peer.next();
    expect(ack).toBe("\0\x04\0\0");
    peer.send(`\0\x03\0\x01${"a".repeat(512)}`, from.port);
    await peer.next();
    peer.send(`\0\x03\0\x02${"a".repeat(512)}`, from.port);
    expect((await peer.next()).text).toBe("\0\x05\0\x03The file is too large\0");
    expect(await fileOf(storage, "/new")).toBeUndefined();
  });

  it("limits the transfers of an address", async () => {
    const { port, storage } = await startTftp({ limits: { transfersPerAddress: 1 } });
    await putFile(storage, "/f", pattern(600));
    const [one, two] = [await RawPeer.open(), await RawPeer.open()];
    one.send("\0\x01f\0octet\0", port);
    await one.next();
    two.send("\0\x01f\0octet\0", port);
    expect((await two.next()).text).toBe("\0\x05\0\0The server is busy; try again later\0");
  });

  it("listens on each address of the machine when told to listen on all", async () => {
    const { server } = await startTftp({ listeners: [{ host: "0.0.0.0", port: 0 }] });
    const addresses = server.addresses.map(({ address }) => address);
    expect(addresses).toContain("127.0.0.1");
    expect(addresses).not.toContain("0.0.0.0");
  });
});

describe("peers that start again, and forged ones", () => {
  it("serves the same request from the same port anew once the peer had answered the first", async () => {
    const { port, storage, server } = await startTftp();
    await putFile(storage, "/f", pattern(1200));
    const device = await RawPeer.open();
    device.send("\0\x01f\0octet\0", port);
    const first = await device.next();
    // The very same request, come twice, is no second transfer.
    device.send("\0\x01f\0octet\0", port);
    expect(await device.quiet(50)).toBe(true);
    device.send("\0\x04\0\x01", first.from.port);
    expect((await device.next()).text.slice(0, 4)).toBe("\0\x03\0\x02");
    // The device lost its power here.
    device.send("\0\x01f\0octet\0", port);
    const again = await device.next();
    expect(again.text.slice(0, 4)).toBe("\0\x03\0\x01");
    expect(again.from.port).not.toBe(first.from.port);
    // The transfer before goes on: the request may have been forged.
    expect(server.transferCount).toBe(2);
    device.send("\0\x04\0\x02", first.from.port);
    expect((await device.next()).text.slice(0, 4)).toBe("\0\x03\0\x03");
    await server.stop();
    expect(server.transferCount).toBe(0);
  });

  it("reads nothing and fills no memory for an OACK that nobody acknowledged", async () => {
    let read = 0;
    const content: ReadableFile = {
      size: 10_000_000,
      read: async (into) => {
        read += into.length;
        return into.length;
      },
      close: async () => undefined,
    };
    const { port } = await startTftp({ onRequest: () => ({ content }) });
    const forged = await RawPeer.open();
    forged.send("\0\x01f\0octet\0blksize\x0065464\0windowsize\x0064\0", port);
    const { text: oack, from } = await forged.next();
    expect(oack).toContain("windowsize\x0064");
    expect(read).toBe(0);
    forged.send("\0\x04\0\0", from.port);
    await forged.next();
    expect(read).toBeGreaterThan(65_464);
  });

  it("leaves windows to those that answer, however many do not", async () => {
    const { port, storage } = await startTftp({ limits: { windowOctetsInAll: 8 * 65_536 } });
    await putFile(storage, "/f", pattern(10));
    const request = "\0\x01f\0octet\0blksize\x0016384\0windowsize\x0016\0";
    const windows: string[] = [];
    for (let each = 0; each < 6; each++) {
      const peer = await RawPeer.open();
      peer.send(request, port);
      windows.push(/windowsize\0(\d+)/.exec((await peer.next()).text)?.[1] ?? "");
    }
    expect(windows).toEqual(["16", "16", "16", "16", "16", "16"]);
  });

  it("stops, and forgets a request, though the application never decides", async () => {
    const { port, server } = await startTftp({
      onRequest: () => new Promise(() => undefined),
      limits: { openTimeout: 50 },
    });
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0", port);
    expect((await peer.next()).text).toBe("\0\x05\0\0The file could not be opened in time\0");
    peer.send("\0\x01g\0octet\0", port);
    await expect.poll(() => server.transferCount).toBe(1);
    await server.stop();
    expect(server.transferCount).toBe(0);
  });
});
