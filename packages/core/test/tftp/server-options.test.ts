/** The negotiation of options, by the octets on the wire (RFC 2347, RFC 2348, RFC 2349, RFC 7440). */
import { describe, expect, it } from "vitest";
import {
  blockNumber,
  fileOf,
  nextEvent,
  numbered,
  patient,
  pattern,
  putFile,
  RawPeer,
  startTftp,
  type TftpFixture,
} from "./tftp-fixture.ts";

/** The first answer to a read of `/f`; options are written as `name=value`. */
async function answerTo({ port }: TftpFixture, ...options: readonly string[]): Promise<string> {
  const peer = await RawPeer.open();
  peer.send(`\0\x01f\0octet\0${options.map((one) => `${one.replace("=", "\0")}\0`).join("")}`, port);
  const { text, from } = await peer.next();
  peer.send("\0\x05\0\x08\0", from.port);
  return text.startsWith("\0\x03")
    ? `DATA ${text.length - 4}`
    : text.replace("\0\x06", "").replaceAll("\0", " ").trim();
}

describe("the server's OACK", () => {
  it("has blksize from 8 to 65464, and leaves out what is no such number", async () => {
    const server = await startTftp();
    await putFile(server.storage, "/f", pattern(600));
    for (const [asked, answered] of [
      ["8", "blksize 8"],
      ["65464", "blksize 65464"],
      ["65465", "blksize 65464"],
      ["999999999999", "blksize 65464"],
      ["7", "DATA 512"],
      ["0", "DATA 512"],
      ["-512", "DATA 512"],
      ["1024x", "DATA 512"],
      ["", "DATA 512"],
      ["99999999999999999999", "DATA 512"],
    ] as const) {
      expect([asked, await answerTo(server, `blksize=${asked}`)]).toEqual([asked, answered]);
    }
  });

  it("has windowsize from 1, at most what was asked and what is allowed, and timeout from 1 to 255", async () => {
    const server = await startTftp({ limits: { windowSize: 8 } });
    await putFile(server.storage, "/f", pattern(600));
    for (const [asked, answered] of [
      ["windowsize=1", "windowsize 1"],
      ["windowsize=7", "windowsize 7"],
      ["windowsize=65535", "windowsize 8"],
      ["windowsize=0", "DATA 512"],
      ["timeout=1", "timeout 1"],
      ["timeout=255", "timeout 255"],
      ["timeout=0", "DATA 512"],
      ["timeout=256", "DATA 512"],
      ["interval=9", "interval 9"],
      ["interval=0", "DATA 512"],
      ["multicast=", "DATA 512"],
    ] as const) {
      expect([asked, await answerTo(server, asked)]).toEqual([asked, answered]);
    }
  });

  it("takes names in any case, the first of an option that came twice, and the order of the request", async () => {
    const server = await startTftp();
    await putFile(server.storage, "/f", pattern(600));
    expect(await answerTo(server, "WINDOWsize=2", "unknown=1", "BLKSIZE=100", "blksize=200", "TSize=0")).toBe(
      "windowsize 2 blksize 100 tsize 600",
    );
    expect(await answerTo(server, "timeout=3", "interval=4")).toBe("timeout 3");
  });

  it("has no tsize for a read in netascii, whose size on the wire is another", async () => {
    const { port, storage } = await startTftp();
    await putFile(storage, "/f", new TextEncoder().encode("a\nb\r"));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0netascii\0tsize\x000\0", port);
    const { text, from } = await peer.next();
    expect(text).toBe("\0\x03\0\x01a\r\nb\r\0");
    peer.send(numbered(4, 1), from.port);
  });

  it("is sent again until it is answered", async () => {
    const { port, storage } = await startTftp({ limits: { initialTimeout: 5, firstRetries: 8 } });
    await putFile(storage, "/f", pattern(600));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0tsize\x000\0", port);
    const [first, second] = [await peer.next(), await peer.next()];
    expect([first.text, second.text]).toEqual(["\0\x06tsize\x00600\0", "\0\x06tsize\x00600\0"]);
    peer.send(numbered(4, 0), first.from.port);
    let next = await peer.next();
    while (next.text === first.text) next = await peer.next();
    expect(next.text).toHaveLength(516);
    peer.send("\0\x05\0\0\0", first.from.port);
  });
});

describe("windows", () => {
  it("are those in which block numbers tell blocks apart, where numbers go on with 1", async () => {
    const limits = { windowSize: 65_535 };
    for (const [rollover, answered] of [
      [0, "windowsize 65535"],
      [1, "windowsize 32767"],
    ] as const) {
      const server = await startTftp({ rollover, limits });
      await putFile(server.storage, "/f", pattern(10));
      const peer = await RawPeer.open();
      peer.send("\0\x01f\0octet\0blksize\x008\0windowsize\x0065535\0", server.port);
      expect((await peer.next()).text.split("\0").slice(-3, -1).join(" ")).toBe(answered);
    }
  });

  it("are made smaller to fit the octets of one transfer, and of all", async () => {
    const server = await startTftp({ limits: { windowOctets: 10_000, windowOctetsInAll: 15_000 } });
    await putFile(server.storage, "/f", pattern(100_000));
    const ask = async (): Promise<readonly [string, RawPeer, number]> => {
      const peer = await RawPeer.open();
      peer.send("\0\x01f\0octet\0blksize\x001000\0windowsize\x0064\0", server.port);
      const { text, from } = await peer.next();
      // Only who answers has a window for good.
      peer.send(numbered(4, 0), from.port);
      await peer.next();
      return [text.split("\0")[4] ?? text, peer, from.port];
    };
    const [first, peer, port] = await ask();
    const [second] = await ask();
    const [third] = await ask();
    expect([first, second, third]).toEqual(["10", "5", "1"]);
    const gone = new Promise((resolve) => server.server.once("transfer-broken", resolve));
    peer.send("\0\x05\0\0\0", port);
    await gone;
    // What ended gives its octets back: 15 less 5 and 1.
    expect((await ask())[0]).toBe("9");
  });

  it("end with a block that is not full, an empty one if need be", async () => {
    const { port, storage } = await startTftp({ limits: patient });
    await putFile(storage, "/f", pattern(1024));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0windowsize\x004\0", port);
    const { from } = await peer.next();
    peer.send(numbered(4, 0), from.port);
    expect((await peer.take(3)).map((packet) => [blockNumber(packet), packet.length - 4])).toEqual([
      [1, 512],
      [2, 512],
      [3, 0],
    ]);
    peer.send(numbered(4, 3), from.port);
    expect(await peer.quiet(30)).toBe(true);
  });
});

describe("a write", () => {
  /** Writes `abc` with such options. @returns What the server says after its OACK, and its port. */
  const write = async (server: TftpFixture, options: string, mode = "octet"): Promise<string> => {
    const peer = await RawPeer.open();
    peer.send(`\0\x02g\0${mode}\0${options.replace("=", "\0")}\0`, server.port);
    const { text, from } = await peer.next();
    expect(text.slice(0, 2)).toBe(options.startsWith("tsize") && /=\d/.test(options) ? "\0\x06" : "\0\x04");
    peer.send(numbered(3, 1, "abc"), from.port);
    return (await peer.next()).text;
  };

  it("of another size than its peer told is not stored", async () => {
    const server = await startTftp({ write: true });
    for (const [told, sent] of [
      ["4", "3"],
      ["2", "more"],
    ] as const) {
      const broken = nextEvent(server.server, "transfer-broken");
      const message = `the client told a size of ${told} octets, and sent ${sent}`;
      expect(await write(server, `tsize=${told}`)).toBe(`\0\x05\0\0${message}\0`);
      expect(await broken).toMatchObject({ kind: "protocol", message });
      expect(await fileOf(server.storage, "/g")).toBeUndefined();
    }
  });

  it.each([
    ["tsize=3", "octet"],
    // Of a pipe, or where the client never looked.
    ["tsize=0", "octet"],
    ["tsize=-1", "octet"],
    ["tsize=", "octet"],
    // Nobody says whether that is the size here, there, or on the wire.
    ["tsize=2", "netascii"],
  ])("with %s in mode %s is stored", async (option, mode) => {
    const server = await startTftp({ write: true });
    expect(await write(server, option, mode)).toBe(numbered(4, 1));
    expect(Buffer.from((await fileOf(server.storage, "/g")) ?? []).toString()).toBe("abc");
  });

  it("of any size is stored where sizes are not checked", async () => {
    const server = await startTftp({ write: { checkSize: false } });
    expect(await write(server, "tsize=2")).toBe(numbered(4, 1));
    expect(Buffer.from((await fileOf(server.storage, "/g")) ?? []).toString()).toBe("abc");
  });

  it("in windows is acknowledged at the end of each, and at a gap with the last block in order", async () => {
    const { port, storage } = await startTftp({ write: true, limits: patient });
    const peer = await RawPeer.open();
    peer.send("\0\x02g\0octet\0blksize\x008\0windowsize\x003\0", port);
    const { text, from } = await peer.next();
    expect(text).toBe("\0\x06blksize\x008\0windowsize\x003\0");
    const send = (...blocks: readonly number[]): void => {
      for (const block of blocks) peer.send(numbered(3, block, block === 7 ? "end" : `block ${block}.`), from.port);
    };
    send(1, 2, 3);
    expect((await peer.next()).text).toBe(numbered(4, 3));
    send(4, 6);
    expect((await peer.next()).text).toBe(numbered(4, 4));
    send(5, 6, 7);
    expect((await peer.next()).text).toBe(numbered(4, 7));
    expect(await peer.quiet(20)).toBe(true);
    const content = [1, 2, 3, 4, 5, 6].map((block) => `block ${block}.`).join("");
    expect(Buffer.from((await fileOf(storage, "/g")) ?? []).toString()).toBe(`${content}end`);
  });

  it("in netascii is stored with this system's line ends, wherever blocks are cut", async () => {
    const { port, storage } = await startTftp({ write: true, limits: patient });
    const peer = await RawPeer.open();
    peer.send("\0\x02g\0NetASCII\0blksize\x008\0", port);
    const { from } = await peer.next();
    for (const [block, data] of ["line 1.\r", "\nline 2\r", "\0.\r\n"].entries()) {
      peer.send(numbered(3, block + 1, data), from.port);
      expect((await peer.next()).text).toBe(numbered(4, block + 1));
    }
    expect(Buffer.from((await fileOf(storage, "/g")) ?? []).toString()).toBe("line 1.\nline 2\r.\n");
  });
});

describe("msftwindow", () => {
  const request = "\0\x01f\0octet\0blksize\x008\0windowsize\x002\0msftwindow\x0031416\0";

  it("is left out unless it is allowed", async () => {
    const { port, storage } = await startTftp();
    await putFile(storage, "/f", pattern(600));
    const peer = await RawPeer.open();
    peer.send(request, port);
    expect((await peer.next()).text).toBe("\0\x06blksize\x008\0windowsize\x002\0");
  });

  it("lets each ACK tell the next window", async () => {
    const { port, storage, server } = await startTftp({ microsoftWindow: true, limits: patient });
    await putFile(storage, "/f", pattern(8 * 300));
    const peer = await RawPeer.open();
    peer.send(request, port);
    const { text, from } = await peer.next();
    expect(text).toBe("\0\x06blksize\x008\0windowsize\x002\0msftwindow\x0027182\0");
    const blocks = async (acknowledged: number, next: string, count: number): Promise<void> => {
      peer.send(numbered(4, acknowledged) + next, from.port);
      const numbers = (await peer.take(count)).map(blockNumber);
      expect(numbers).toEqual(Array.from({ length: count }, (_, index) => acknowledged + 1 + index));
      expect(await peer.quiet(10)).toBe(true);
    };
    await blocks(0, "\x03", 3);
    await blocks(3, "\x01", 1);
    await blocks(4, "\x00", 1);
    await blocks(5, "", 1);
    await blocks(6, "\xff", 255);
    const whole = new Promise((resolve) => server.once("transfer", resolve));
    await blocks(261, "\x64", 40);
    peer.send(numbered(4, 301), from.port);
    await whole;
  });

  it("is left out where its windows would not fit, without windowsize, on writes, and with another value", async () => {
    const { port, storage } = await startTftp({ microsoftWindow: true, write: true, limits: { windowOctets: 10_000 } });
    await putFile(storage, "/f", pattern(600));
    for (const [asked, answered] of [
      ["\0\x01f\0octet\0msftwindow\x0031416\0tsize\x000\0", "\0\x06tsize\x00600\0"],
      ["\0\x01f\0octet\0msftwindow\x0031416\0windowsize\x002\0", "\0\x06windowsize\x002\0"],
      ["\0\x01f\0octet\0msftwindow\x001\0blksize\x008\0windowsize\x002\0", "\0\x06blksize\x008\0windowsize\x002\0"],
      [request.replace("\x01f", "\x02g"), "\0\x06blksize\x008\0windowsize\x002\0"],
    ] as const) {
      const peer = await RawPeer.open();
      peer.send(asked, port);
      expect((await peer.next()).text).toBe(answered);
    }
  });
});
