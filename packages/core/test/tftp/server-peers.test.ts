/** What peers do wrong, or have done to them, and what the server makes of it, by the octets on the wire. */
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
  wholeLoopback,
} from "./tftp-fixture.ts";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const full = "a".repeat(512);

describe("a request", () => {
  it("may be 512 octets long, and no longer", async () => {
    const { port } = await startTftp();
    const peer = await RawPeer.open();
    for (const [length, answer] of [
      [512, "\0\x05\0\x01File not found\0"],
      [513, "\0\x05\0\x04A request must not be longer than 512 octets\0"],
      [4_000, "\0\x05\0\x04A request must not be longer than 512 octets\0"],
    ] as const) {
      peer.send(`\0\x01${"f".repeat(length - 9)}\0octet\0`, port);
      expect([length, (await peer.next()).text]).toEqual([length, answer]);
    }
  });

  it("is answered with ERROR 4 where a NUL is missing, and read as far as it goes where the last option lacks it", async () => {
    const { port, storage } = await startTftp();
    await putFile(storage, "/f", text("abc"));
    const peer = await RawPeer.open();
    for (const [request, answer] of [
      ["\0\x01", "\0\x05\0\x04The file name is not terminated\0"],
      ["\0\x01f", "\0\x05\0\x04The file name is not terminated\0"],
      ["\0\x01f\0octet", "\0\x05\0\x04The mode is not terminated\0"],
      ["\0\x01\0octet\0", "\0\x05\0\x04The file name is empty\0"],
    ] as const) {
      peer.send(request, port);
      expect([request, (await peer.next()).text]).toEqual([request, answer]);
    }
    for (const end of ["tsize\x000", "tsize\0", "tsize", "\0\0\0\0"]) {
      const reader = await RawPeer.open();
      reader.send(`\0\x01f\0octet\0${end}`, port);
      const { text: data, from } = await reader.next();
      expect([end, data]).toEqual([end, "\0\x03\0\x01abc"]);
      reader.send(numbered(4, 1), from.port);
    }
  });

  it("may name files by any octets, each file by its own, and none outside the folder", async () => {
    const { port, storage } = await startTftp();
    await putFile(storage, "/café", text("abc"));
    await putFile(storage, "/caf\udce9", text("def"));
    for (const [name, answer] of [
      ["caf\xc3\xa9", "\0\x03\0\x01abc"],
      ["caf\xe9", "\0\x03\0\x01def"],
      ["../../x/../caf\xe9", "\0\x03\0\x01def"],
      ["caf\xe9/", "\0\x03\0\x01def"],
      ["caf\xc3", "\0\x05\0\x01File not found\0"],
      ["\xc0\xae\xc0\xae/caf\xe9", "\0\x05\0\x01File not found\0"],
      ["..\\caf\xe9", "\0\x05\0\x01File not found\0"],
      ["caf\xe9\r\n", "\0\x05\0\x02File name not allowed\0"],
    ] as const) {
      const peer = await RawPeer.open();
      peer.send(`\0\x01${name}\0octet\0`, port);
      const { text: data, from } = await peer.next();
      expect([name, data]).toEqual([name, answer]);
      peer.send(numbered(4, 1), from.port);
    }
  });

  it("may write files whose names are no UTF-8", async () => {
    const { port, storage, server } = await startTftp({ write: { create: true } });
    const peer = await RawPeer.open();
    const done = nextEvent(server, "transfer");
    peer.send("\0\x02caf\xe9\0octet\0", port);
    const { text: acknowledged, from } = await peer.next();
    expect(acknowledged).toBe("\0\x04\0\0");
    peer.send("\0\x03\0\x01abc", from.port);
    expect((await peer.next()).text).toBe("\0\x04\0\x01");
    expect((await done).request.asked).toBe("caf\udce9");
    expect(await fileOf(storage, "/caf\udce9")).toEqual(text("abc"));
  });

  it("that the rules refuse is answered with ERROR 2, one on which they or the application fail with ERROR 0", async () => {
    const { port, server } = await startTftp({
      rewrite: [{ rule: "refuse", pattern: "\\.key$", message: "Keys stay here" }],
      onRequest: () => {
        throw new Error("the application's own trouble");
      },
    });
    const peer = await RawPeer.open();
    peer.send("\0\x01a.key\0octet\0", port);
    const refusal = await nextEvent(server, "refusal");
    expect(refusal).toMatchObject({ code: 2, request: { asked: "a.key" } });
    expect((await peer.next()).text).toBe("\0\x05\0\x02Keys stay here\0");
    peer.send("\0\x01f\0octet\0", port);
    expect((await nextEvent(server, "server-error")).cause).toEqual(new Error("the application's own trouble"));
    expect((await peer.next()).text).toBe("\0\x05\0\0The file could not be read or written\0");
    const other = await startTftp({
      rewrite: () => {
        throw new Error("the rules' own trouble");
      },
    });
    peer.send("\0\x01f\0octet\0", other.port);
    expect(await nextEvent(other.server, "server-error")).toMatchObject({ doing: "rewriting a file name" });
    expect((await peer.next()).text).toBe("\0\x05\0\0The file name could not be rewritten\0");
  });

  it("that comes from the same port takes the place of the one before, which hears nothing", async () => {
    const { port, storage, server } = await startTftp({ limits: patient });
    await putFile(storage, "/f", pattern(600));
    await putFile(storage, "/g", text("abc"));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0", port);
    const { from } = await peer.next();
    const broken = nextEvent(server, "transfer-broken");
    peer.send("\0\x01g\0octet\0", port);
    const second = await peer.next();
    expect(second.text).toBe("\0\x03\0\x01abc");
    expect((await broken).kind).toBe("aborted");
    peer.send(numbered(4, 1), from.port);
    peer.send(numbered(4, 1), second.from.port);
    expect(await peer.quiet(30)).toBe(true);
  });

  it("is not served beyond the transfers in all", async () => {
    const { port, storage } = await startTftp({ limits: { transfers: 2 } });
    await putFile(storage, "/f", pattern(600));
    const answers: string[] = [];
    for (let count = 0; count < 3; count++) {
      const peer = await RawPeer.open();
      peer.send("\0\x01f\0octet\0", port);
      answers.push((await peer.next()).text.slice(0, 17));
    }
    expect(answers.map((answer) => answer.charCodeAt(1))).toEqual([3, 3, 5]);
    expect(answers[2]).toBe("\0\x05\0\0The server is");
  });
});

describe("retransmission", () => {
  it("stops soon for an address that never answered, whatever it asked for", async () => {
    const limits = { initialTimeout: 3, longestTimeout: 10, firstRetries: 2 };
    const { port, storage, server } = await startTftp({ write: true, limits });
    await putFile(storage, "/f", pattern(100_000));
    for (const request of [
      "\0\x01f\0octet\0",
      "\0\x01f\0octet\0tsize\x000\0windowsize\x0064\0",
      "\0\x02g\0octet\0",
      "\0\x02h\0octet\0tsize\x001\0",
    ]) {
      const broken = nextEvent(server, "transfer-broken");
      const peer = await RawPeer.open();
      peer.send(request, port);
      expect(await broken).toMatchObject({ kind: "timeout", counts: { packetsOut: 3, timeouts: 3 } });
      const heard = await peer.take(3);
      expect(new Set(heard).size).toBe(1);
      expect(await peer.quiet(20)).toBe(true);
    }
    expect(await fileOf(storage, "/g")).toBeUndefined();
  });

  it("goes on as often as is allowed for a peer that vanishes in the middle of a window", async () => {
    const limits = { initialTimeout: 3, longestTimeout: 10, firstRetries: 1, retries: 3 };
    const { port, storage, server } = await startTftp({ limits });
    await putFile(storage, "/f", pattern(8 * 10));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0blksize\x008\0windowsize\x004\0", port);
    const { from } = await peer.next();
    peer.send(numbered(4, 0), from.port);
    await peer.take(4);
    const broken = nextEvent(server, "transfer-broken");
    peer.send(numbered(4, 2), from.port);
    expect(await broken).toMatchObject({ kind: "timeout", octets: 16, message: "No answer after 3 retransmissions" });
    const sent: string[] = [];
    while (sent.at(-1)?.charCodeAt(1) !== 5) sent.push((await peer.next()).text);
    expect(sent.pop()).toBe("\0\x05\0\0No answer after 3 retransmissions\0");
    // A window of four, and three times again; what came before the ACK may have come more than once.
    expect(sent.slice(-16).map(blockNumber)).toEqual([1, 2, 3, 4].flatMap(() => [3, 4, 5, 6]));
    expect(server.transferCount).toBe(0);
  });

  it("leaves nothing of a write whose peer vanishes, nor of one that it gives up", async () => {
    const quick = { initialTimeout: 3, longestTimeout: 10, retries: 2 };
    for (const [end, limits] of [
      ["silence", quick],
      ["ERROR", {}],
    ] as const) {
      const { port, storage, server } = await startTftp({ write: true, limits });
      const peer = await RawPeer.open();
      const broken = nextEvent(server, "transfer-broken");
      peer.send("\0\x02g\0octet\0", port);
      const { from } = await peer.next();
      peer.send(numbered(3, 1, full), from.port);
      if (end === "ERROR") {
        expect((await peer.next()).text).toBe(numbered(4, 1));
        peer.send("\0\x05\0\0Enough\r\0", from.port);
      }
      expect(await broken).toMatchObject(
        end === "ERROR" ? { kind: "peer-error", message: "Enough?" } : { kind: "timeout" },
      );
      expect(await fileOf(storage, "/g")).toBeUndefined();
    }
  });
});

describe("packets out of turn", () => {
  it("a duplicate ACK sends nothing (the Sorcerer's Apprentice), a duplicate block its ACK", async () => {
    const { port, storage } = await startTftp({ write: true, limits: patient });
    await putFile(storage, "/f", pattern(1200));
    const peer = await RawPeer.open();
    peer.send("\0\x01f\0octet\0", port);
    const { from } = await peer.next();
    peer.send(numbered(4, 1), from.port);
    peer.send(numbered(4, 1), from.port);
    peer.send(numbered(4, 0), from.port);
    peer.send(numbered(4, 9), from.port);
    expect(blockNumber((await peer.next()).text)).toBe(2);
    expect(await peer.quiet(30)).toBe(true);
    peer.send("\0\x05\0\0\0", from.port);
    const writer = await RawPeer.open();
    writer.send("\0\x02g\0octet\0", port);
    const { from: to } = await writer.next();
    writer.send(numbered(3, 1, full), to.port);
    writer.send(numbered(3, 1, full), to.port);
    expect(await writer.take(2)).toEqual([numbered(4, 1), numbered(4, 1)]);
    writer.send(numbered(3, 2, "end"), to.port);
    expect((await writer.next()).text).toBe(numbered(4, 2));
    expect(await fileOf(storage, "/g")).toEqual(text(`${full}end`));
  });

  it("what makes no sense ends the transfer with ERROR 4, an ERROR without an answer", async () => {
    const { port, storage, server } = await startTftp({ write: true, limits: patient });
    await putFile(storage, "/f", pattern(1200));
    for (const [request, packet, answer] of [
      ["\0\x01f\0octet\0", numbered(3, 1, "abc"), "\0\x05\0\x04An ACK was expected\0"],
      ["\0\x02g\0octet\0", numbered(4, 1), "\0\x05\0\x04DATA was expected\0"],
      ["\0\x02h\0octet\0", numbered(3, 1, `${full}b`), "\0\x05\0\x04A block of 513 octets came; 512 were agreed on\0"],
      ["\0\x01f\0octet\0", "\0\x05\0\x03full\0", undefined],
      ["\0\x02i\0octet\0", "\0\x05\0\0\0", undefined],
    ] as const) {
      const peer = await RawPeer.open();
      peer.send(request, port);
      const { from } = await peer.next();
      const broken = nextEvent(server, "transfer-broken");
      peer.send(packet, from.port);
      expect((await broken).kind).toBe(answer === undefined ? "peer-error" : "protocol");
      if (answer === undefined) expect(await peer.quiet(20)).toBe(true);
      else expect((await peer.next()).text).toBe(answer);
    }
  });

  it.runIf(wholeLoopback)("what comes from another address, though from the same port, is foreign", async () => {
    const { port, storage, server } = await startTftp({ limits: patient });
    await putFile(storage, "/f", pattern(600));
    const peer = await RawPeer.open();
    const other = await RawPeer.open({ host: "127.0.0.2", port: peer.port });
    peer.send("\0\x01f\0octet\0", port);
    const { from } = await peer.next();
    other.send(numbered(4, 1), from.port);
    expect((await other.next()).text).toBe("\0\x05\0\x05Unknown transfer ID\0");
    other.send("\0\x05\0\0\0", from.port);
    peer.send(numbered(4, 1), from.port);
    expect(blockNumber((await peer.next()).text)).toBe(2);
    expect(server.counters.foreign).toBe(2);
    peer.send(numbered(4, 2), from.port);
  });

  it("over a single port, what belongs to no transfer gets ERROR 5, an ERROR nothing, and the others go on", async () => {
    const { port, storage } = await startTftp({ singlePort: true, limits: patient });
    await putFile(storage, "/f", pattern(600));
    const [peer, stranger] = [await RawPeer.open(), await RawPeer.open()];
    peer.send("\0\x01f\0octet\0", port);
    expect((await peer.next()).from.port).toBe(port);
    stranger.send(numbered(4, 1), port);
    expect((await stranger.next()).text).toBe("\0\x05\0\x05Unknown transfer ID\0");
    stranger.send("\0\x05\0\0\0", port);
    peer.send(numbered(4, 1), port);
    expect(blockNumber((await peer.next()).text)).toBe(2);
    expect(await stranger.quiet(20)).toBe(true);
    peer.send(numbered(4, 2), port);
  });
});

describe("block numbers", () => {
  for (const rollover of [0, 1] as const) {
    it(`go on with ${rollover} after 65535`, async () => {
      const { port, storage, server } = await startTftp({ rollover, limits: { windowSize: 64 } });
      const blocks = 65_600;
      await putFile(storage, "/f", pattern(8 * blocks));
      const peer = await RawPeer.open();
      peer.send("\0\x01f\0octet\0blksize\x008\0windowsize\x0064\0", port);
      const { from } = await peer.next();
      const whole = nextEvent(server, "transfer");
      peer.send(numbered(4, 0), from.port);
      const around: number[] = [];
      let last = 0;
      for (let received = 0; received <= blocks;) {
        const number = blockNumber((await peer.next()).text);
        // What the server sends again, because this process was busy, is passed over.
        const next = last === 65_535 ? rollover : last + 1;
        if (number === next) {
          received++;
          last = number;
          if (received >= 65_534 && received <= 65_538) around.push(number);
        }
        if (number === last && (received % 64 === 0 || received > blocks)) peer.send(numbered(4, last), from.port);
      }
      expect(around).toEqual(rollover === 0 ? [65_534, 65_535, 0, 1, 2] : [65_534, 65_535, 1, 2, 3]);
      expect((await whole).octets).toBe(8 * blocks);
    });
  }
});

describe("IPv6", () => {
  it("is answered from the address that was asked, foreign packets too", async () => {
    const { port, storage, server } = await startTftp({ listeners: [{ host: "::1", port: 0 }] });
    await putFile(storage, "/f", text("abc"));
    const [peer, stranger] = [await RawPeer.open({ host: "::1" }), await RawPeer.open({ host: "::1" })];
    peer.send("\0\x01f\0octet\0", port, "::1");
    const { text: data, from } = await peer.next();
    expect([data, from.address, from.family]).toEqual(["\0\x03\0\x01abc", "::1", "IPv6"]);
    stranger.send(numbered(4, 1), from.port, "::1");
    expect((await stranger.next()).text).toBe("\0\x05\0\x05Unknown transfer ID\0");
    const whole = nextEvent(server, "transfer");
    peer.send(numbered(4, 1), from.port, "::1");
    expect((await whole).request.remote).toEqual({ address: "::1", port: peer.port });
  });
});
