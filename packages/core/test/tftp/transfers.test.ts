/** Files that fail, hang, grow or are taken away while they travel. */
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ReadableFile, WritableFile } from "../../src/bytes/index.ts";
import { ReceivingTransfer, type ReceivingOptions } from "../../src/tftp/transfer/receiving-transfer.ts";
import { SendingTransfer } from "../../src/tftp/transfer/sending-transfer.ts";
import { deferred } from "../support/deferred.ts";
import { recordedFile } from "./recorded-file.ts";

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const machine = { blockSize: 512, windowSize: 1, random: () => 0 };

/** A receiving transfer, and what it sent. */
function receive(
  file: Partial<WritableFile>,
  more: Partial<ReceivingOptions> = {},
): { transfer: ReceivingTransfer; sent: string[]; calls: string[] } {
  const sent: string[] = [];
  const { file: whole, calls } = recordedFile(file);
  const transfer = new ReceivingTransfer(whole, { ...machine, dally: 1, ...more }, (memory, length) => {
    sent.push(Buffer.from(memory.subarray(0, length)).toString("latin1"));
  });
  return { transfer, sent, calls };
}

const block = (number: number, length: number): Uint8Array =>
  octets(`\0\x03\0${String.fromCharCode(number)}${"x".repeat(length)}`);

describe("receiving", () => {
  it("abandons a file whose write fails after the peer gave up", async () => {
    const write = deferred();
    const { transfer, calls } = receive({ write: () => write.promise });
    transfer.start();
    transfer.receive(block(1, 100));
    transfer.receive(octets("\0\x05\0\0gone\0"));
    expect(await transfer.finished).toMatchObject({ failure: { kind: "peer-error", message: "gone" } });
    write.reject(new Error("No space"));
    await transfer.closed;
    expect(calls).toEqual(["abandon"]);
  });

  it("abandons a file whose write fails after it was given up here, and is done only then", async () => {
    const write = deferred();
    const { transfer, calls, sent } = receive({ write: () => write.promise });
    transfer.start();
    transfer.receive(block(1, 100));
    transfer.abort("Enough");
    expect(await transfer.finished).toMatchObject({ failure: { kind: "aborted" } });
    expect(calls).toEqual([]);
    write.reject(new Error("No space"));
    await transfer.closed;
    expect(calls).toEqual(["abandon"]);
    expect(sent).toEqual(["\0\x04\0\0", "\0\x05\0\0Enough\0"]);
  });

  it("tells a file as stored that took its name while it was given up", async () => {
    const commit = deferred<never>();
    const { transfer, sent } = receive({ commit: () => commit.promise });
    transfer.start();
    transfer.receive(block(1, 100));
    await turn();
    transfer.abort("The server is stopping");
    commit.resolve(undefined as never);
    expect(await transfer.finished).toMatchObject({ failure: undefined, octets: 100 });
    await transfer.closed;
    expect(sent).toEqual(["\0\x04\0\0", "\0\x04\0\x01"]);
  });

  it.each([
    ["an ERROR", octets("\0\x05\0\0gone\0")],
    ["nonsense", octets("\0\x04\0\x01")],
  ])("tells a file as stored that took its name while the peer said %s", async (_what, packet) => {
    const commit = deferred<never>();
    const { transfer, sent, calls } = receive({ commit: () => commit.promise });
    transfer.start();
    transfer.receive(block(1, 100));
    await turn();
    transfer.receive(packet);
    commit.resolve(undefined as never);
    expect(await transfer.finished).toMatchObject({ failure: undefined, octets: 100 });
    await transfer.closed;
    expect(sent).toEqual(["\0\x04\0\0", "\0\x04\0\x01"]);
    expect(calls).toEqual([]);
  });

  it.each([
    [613, "sent 612"],
    [611, "sent more"],
    [511, "sent more"],
  ])("stores no file of another size than was told (%i)", async (told, what) => {
    const { transfer, sent, calls } = receive({}, { toldSize: { octets: told, by: "client" } });
    transfer.start();
    transfer.receive(block(1, 512));
    transfer.receive(block(2, 100));
    const message = `the client told a size of ${told} octets, and ${what}`;
    expect(await transfer.finished).toMatchObject({ failure: { kind: "protocol", code: 0, message } });
    await transfer.closed;
    expect(sent.at(-1)).toBe(`\0\x05\0\0${message}\0`);
    expect(calls).toEqual(["abandon"]);
  });

  it("stores a file of the size that was told", async () => {
    const { transfer, calls } = receive({}, { toldSize: { octets: 612, by: "client" } });
    transfer.start();
    transfer.receive(block(1, 512));
    transfer.receive(block(2, 100));
    expect(await transfer.finished).toMatchObject({ failure: undefined, octets: 612 });
    expect(calls).toEqual(["commit"]);
  });

  it("acknowledges nothing after the ERROR for a file that is too large", async () => {
    const { transfer, sent, calls } = receive({}, { maxSize: 600 });
    transfer.start();
    transfer.receive(block(1, 512));
    transfer.receive(block(2, 512));
    transfer.receive(block(3, 512));
    await transfer.closed;
    expect(sent.map((packet) => packet.slice(0, 4))).toEqual(["\0\x04\0\0", "\0\x04\0\x01", "\0\x05\0\x03"]);
    expect(calls).toEqual(["abandon"]);
  });

  it("keeps small blocks back, too, from a file that takes none", async () => {
    const write = deferred();
    const { transfer, sent } = receive({ write: () => write.promise }, { blockSize: 8, windowSize: 64 });
    transfer.start();
    let number = 0;
    const give = (count: number): void => {
      for (let each = 0; each < count; each++) {
        number++;
        transfer.receive(octets(`\0\x03${String.fromCharCode(number >> 8, number & 0xff)}12345678`));
      }
    };
    give(20_000);
    expect(transfer.octets).toBeLessThan(8 * 6_000);
    const told = sent.length;
    give(1_000);
    expect(sent).toHaveLength(told);
    transfer.abort("Enough");
    write.resolve(undefined);
    await transfer.closed;
  });
});

describe("sending", () => {
  it("closes a file whose read fails after the transfer was given up", async () => {
    const read = deferred<number>();
    let closed = 0;
    const file: ReadableFile = { read: () => read.promise, close: () => Promise.resolve(void (closed += 1)) };
    const transfer = new SendingTransfer(file, machine, () => undefined);
    transfer.start();
    transfer.abort("Enough");
    await transfer.finished;
    expect(closed).toBe(0);
    read.reject(new Error("aborted"));
    await transfer.closed;
    expect(closed).toBe(1);
  });

  it.each([8, 512, 8_192])("ends where the file ended when it was opened (blocks of %i)", async (blockSize) => {
    const sent: Uint8Array[] = [];
    // It grows as fast as it is read.
    const file: ReadableFile = { size: 16_384, read: async (into) => into.length, close: async () => undefined };
    const transfer = new SendingTransfer(file, { ...machine, blockSize }, (memory, length) => {
      sent.push(memory.slice(0, length));
    });
    transfer.start();
    for (let number = 1; !transfer.over; number++) {
      await turn();
      transfer.receive(octets(`\0\x04${String.fromCharCode(number >> 8, number & 0xff)}`));
    }
    expect(await transfer.finished).toMatchObject({ failure: undefined, octets: 16_384 });
    expect(sent.at(-1)?.length).toBe(4);
  });
});
