/** The sender and the receiver over a simulated network. */
import {
  blockOf,
  dataHeaderLength,
  fittingWindow,
  formatOptionAcknowledgment,
  tftpOpcode,
  TftpReceiver,
  TftpSender,
  writeBlockHeader,
} from "@twinport/core/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seeded } from "../../support/seeded.ts";
import { simulate, type Network } from "./simulated-network.ts";

const perfect = (): Network => ({ loss: 0, duplication: 0, reordering: 0, delay: 10, random: seeded(1) });

describe("sender and receiver", () => {
  it("move a file of every size about a block, in every window, packet by packet", () => {
    for (const windowSize of [1, 2, 3, 16]) {
      for (const size of [0, 1, 511, 512, 513, 1023, 1024, 1025, 8192, 20_000]) {
        const { sender, receiver, intact } = simulate({ size, blockSize: 512, windowSize, retries: 3 }, perfect());
        expect({ size, windowSize, intact, sender: sender.state, receiver: receiver.state }).toEqual({
          size,
          windowSize,
          intact: true,
          sender: "complete",
          receiver: "complete",
        });
        const blocks = Math.floor(size / 512) + 1;
        expect(sender.counts).toMatchObject({ packetsOut: blocks, resent: 0, timeouts: 0 });
        expect(receiver.counts.packetsOut).toBe(Math.ceil(blocks / windowSize));
        expect(sender.octetsAcknowledged).toBe(size);
      }
    }
  });

  it("end with the file intact or a clear error, whatever is lost under one half, doubled and reordered", () => {
    const shares = fc.record({
      loss: fc.double({ min: 0, max: 0.49, noNaN: true }),
      duplication: fc.double({ min: 0, max: 0.5, noNaN: true }),
      reordering: fc.double({ min: 0, max: 0.5, noNaN: true }),
      delay: fc.integer({ min: 0, max: 300 }),
      seed: fc.integer(),
    });
    const scenarios = fc.record({
      size: fc.integer({ min: 0, max: 6_000 }),
      blockSize: fc.constantFrom(8, 64, 512, 1428),
      windowSize: fc.constantFrom(1, 2, 4, 16, 64),
      retries: fc.integer({ min: 0, max: 12 }),
      rollover: fc.constantFrom<0 | 1>(0, 1),
      options: fc.boolean(),
      write: fc.boolean(),
      storing: fc.constantFrom(0, 5, 5_000),
    });
    let whole = 0;
    fc.assert(
      fc.property(shares, scenarios, ({ seed, ...shared }, { options, ...scenario }) => {
        const first = options ? formatOptionAcknowledgment([["blksize", String(scenario.blockSize)]]) : undefined;
        const { sender, receiver, intact, answered, worstSilence } = simulate(
          first === undefined ? scenario : { ...scenario, first },
          {
            ...shared,
            random: seeded(seed),
          },
        );
        if (sender.state === "complete") expect(intact).toBe(true);
        else if (answered) expect(sender.failure?.kind).toBe("timeout");
        // Without an answer to its WRQ the sender never begins; the other end may have, and hears nothing.
        if (receiver.state === "complete") expect(intact).toBe(true);
        else if (answered) expect(receiver.failure?.kind).toBe("timeout");
        // Between two steps ahead there are as many retransmissions as are allowed, and the deadline that gives up.
        expect(worstSilence).toBeLessThanOrEqual(scenario.retries + 1);
        if (intact && sender.state === "complete") whole++;
      }),
      { numRuns: 600 },
    );
    expect(whole).toBeGreaterThan(100);
  });

  it("nearly always move the file whole at 5 % loss, with windows and without", () => {
    for (const windowSize of [1, 4, 16, 64]) {
      for (let seed = 0; seed < 10; seed++) {
        const { sender, intact } = simulate(
          { size: 100_000, blockSize: 512, windowSize, retries: 8 },
          { loss: 0.05, duplication: 0.01, reordering: 0.01, delay: 20, random: seeded(seed) },
        );
        expect([windowSize, seed, sender.state, intact]).toEqual([windowSize, seed, "complete", true]);
      }
    }
  });

  it("move the file whole to a server that asks for it by ACK 0 or OACK, its WRQ lost and doubled", () => {
    for (const windowSize of [1, 16]) {
      for (let seed = 0; seed < 20; seed++) {
        const first = formatOptionAcknowledgment([["windowsize", String(windowSize)]]);
        const { sender, receiver, intact, answered } = simulate(
          { size: 20_000, blockSize: 512, windowSize, retries: 12, write: true, ...(seed % 2 === 0 ? { first } : {}) },
          { loss: 0.1, duplication: 0.2, reordering: 0.1, delay: 20, random: seeded(seed) },
        );
        const expected = [windowSize, seed, true, "complete", "complete", true];
        expect([windowSize, seed, answered, sender.state, receiver.state, intact]).toEqual(expected);
      }
    }
  });

  it("cross the rollover of the block numbers, to 0 and to 1", () => {
    for (const rollover of [0, 1] as const) {
      for (const windowSize of [1, 16]) {
        const size = 8 * 70_000 + 3;
        const { sender, intact } = simulate(
          { size, blockSize: 8, windowSize, retries: 8, rollover },
          { loss: 0.002, duplication: 0.01, reordering: 0, delay: 1, random: seeded(7) },
        );
        expect([rollover, windowSize, sender.state, intact]).toEqual([rollover, windowSize, "complete", true]);
      }
    }
  });

  it.each([0, 1] as const)("tell blocks apart in the largest windows, with a rollover to %i", (rollover) => {
    const windowSize = fittingWindow(65_535, rollover);
    const shared = { blockSize: 8, windowSize, rollover, random: () => 0 };
    let toReceiver: Uint8Array[] = [];
    let toSender: Uint8Array[] = [];
    const carry = (packets: () => Uint8Array[]) => (memory: Uint8Array, length: number) => {
      packets().push(memory.slice(0, length));
    };
    let delivered = 0;
    let wrong = 0;
    const deliver = (packet: Uint8Array): void => {
      if (Buffer.from(packet).readUInt32BE(dataHeaderLength) !== delivered++) wrong++;
    };
    const sender = new TftpSender({ ...shared, transmit: carry(() => toReceiver) });
    const receiver = new TftpReceiver({ ...shared, deliver, transmit: carry(() => toSender) });
    let filled = 0;
    const feed = (): void => {
      for (let room = sender.room(); room !== undefined; room = sender.room()) {
        new DataView(room.buffer, room.byteOffset).setUint32(0, filled++);
        sender.supply(8);
      }
      sender.flush(0);
    };
    /** All packets arrive. @returns The ACKs. */
    const arrive = (): readonly Uint8Array[] => {
      const packets = toReceiver;
      toReceiver = [];
      for (const packet of packets) receiver.receive(packet, 0);
      const acknowledgments = toSender;
      toSender = [];
      return acknowledgments;
    };
    sender.start(0);
    feed();
    receiver.startSilently(0);
    let late: readonly Uint8Array[] = [];
    for (let window = 1; window <= 4; window++) {
      // The window's ACK is lost, and it comes again as a whole.
      expect(arrive()).toHaveLength(1);
      sender.expire(0);
      const acknowledgments = arrive();
      for (const one of acknowledgments) sender.receive(one, 0);
      expect([delivered, wrong, sender.acknowledged]).toEqual([window * windowSize, 0, window * windowSize]);
      feed();
      // That of the window before was held up on its way.
      if (rollover === 1) for (const one of late) sender.receive(one, 0);
      expect(sender.acknowledged).toBe(window * windowSize);
      late = acknowledgments;
    }
  });

  it("send each block once though every packet is doubled (the Sorcerer's Apprentice)", () => {
    const doubled = (): Network => ({ ...perfect(), duplication: 1 });
    const one = simulate({ size: 512 * 100, blockSize: 512, windowSize: 1, retries: 3 }, doubled());
    expect(one.sender.counts.resent).toBe(0);
    const windows = simulate({ size: 512 * 800, blockSize: 512, windowSize: 8, retries: 3 }, doubled());
    expect(windows.intact).toBe(true);
    expect(windows.sender.counts.packetsOut).toBeLessThan(3 * 801);
  });

  it("take an empty block for one too many where the last one had number 0, and nothing else", () => {
    for (const [last, acknowledged] of [
      [0xffff, []],
      [0x1_0000, [1]],
      [0x1_0001, []],
    ] as const) {
      const sent: number[] = [];
      const blocks: number[] = [];
      const receiver = new TftpReceiver({
        blockSize: 8,
        windowSize: 1,
        random: seeded(1),
        transmit: (memory) => sent.push(blockOf(memory)),
        deliver: (packet) => blocks.push(blockOf(packet)),
      });
      const data = (block: number, length: number): void => {
        const packet = new Uint8Array(dataHeaderLength + length);
        writeBlockHeader(packet, tftpOpcode.data, block & 0xffff);
        receiver.receive(packet, block);
      };
      receiver.start(0);
      for (let block = 1; block < last; block++) data(block, 8);
      data(last, 0);
      receiver.release(last);
      expect(receiver.state).toBe("dallying");
      sent.length = 0;
      data(last + 1, 4);
      expect(sent).toEqual([]);
      data(last + 1, 0);
      expect(sent).toEqual(acknowledged);
      expect(blocks.length).toBe(last);
      // The last ACK is repeated as ever.
      data(last, 0);
      expect(sent).toEqual([...acknowledged, last & 0xffff]);
    }
  });

  it("leave a sender the time to send again whose clock each ACK sets back, and that answers none", () => {
    let now = 0;
    let heard = 0;
    const acknowledged: number[] = [];
    const receiver = new TftpReceiver({
      blockSize: 8,
      windowSize: 1,
      random: seeded(1),
      transmit: (memory) => {
        heard = now;
        acknowledged.push(blockOf(memory));
      },
      deliver: () => undefined,
    });
    const block = new Uint8Array(dataHeaderLength + 8);
    receiver.start(now);
    for (let number = 1; number <= 20; number++) {
      // Each block but the first is lost at first, and sent again after 5 s without a word.
      while (number > 1 && (receiver.deadline ?? Infinity) < heard + 5_000) {
        now = receiver.deadline ?? now;
        receiver.expire(now);
        expect(receiver.state).toBe("running");
      }
      now = number === 1 ? 1 : heard + 5_000;
      writeBlockHeader(block, tftpOpcode.data, number);
      receiver.receive(block.slice(), now);
      expect(receiver.received).toBe(number);
    }
    // A lost ACK is told again soon all the same.
    expect(acknowledged.filter((number) => number === 1).length).toBeGreaterThan(3);
  });

  it("leave a receiver the time to ask again whose clock each block sets back, and that answers none it has", () => {
    let now = 0;
    let heard = 0;
    const sender = new TftpSender({
      blockSize: 8,
      windowSize: 2,
      random: seeded(1),
      transmit: () => {
        heard = now;
      },
    });
    const acknowledge = (block: number): void => {
      const packet = new Uint8Array(dataHeaderLength);
      writeBlockHeader(packet, tftpOpcode.acknowledgment, block);
      sender.receive(packet, now);
    };
    sender.start(now);
    for (let window = 0; window < 20; window++) {
      for (let room = sender.room(); room !== undefined; room = sender.room()) sender.supply(room.length);
      sender.flush(now);
      // Each ACK but the first is lost at first, and sent again after 5 s without a word.
      while (window > 0 && (sender.deadline ?? Infinity) < heard + 5_000) {
        now = sender.deadline ?? now;
        sender.expire(now);
        expect(sender.state).toBe("running");
      }
      now = window === 0 ? 1 : heard + 5_000;
      acknowledge(2 * (window + 1));
      expect(sender.acknowledged).toBe(2 * (window + 1));
    }
  });

  it("give up after the retries allowed when nobody answers, waiting longer each time", () => {
    const { sender, time } = simulate(
      { size: 10, blockSize: 512, windowSize: 1, retries: 4 },
      { ...perfect(), loss: 1 },
    );
    expect(sender.failure).toEqual({ kind: "timeout", message: "No answer after 4 retransmissions" });
    expect(sender.counts.packetsOut).toBe(5);
    expect(time).toBeGreaterThanOrEqual(1_000 + 2_000 + 4_000 + 8_000 + 10_000);
    expect(time).toBeLessThanOrEqual(1.25 * (1_000 + 2_000 + 4_000 + 8_000 + 10_000));
  });
});
