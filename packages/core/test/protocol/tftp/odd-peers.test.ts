/** The machines with peers that are slow, silent, deaf or noisy. */
import { TftpReceiver, TftpSender, type TftpMachineOptions } from "@twinport/core/protocol";
import { describe, expect, it } from "vitest";
import { seeded } from "../../support/seeded.ts";
import { simulate } from "./simulated-network.ts";

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const data = (block: number, length = 8): Uint8Array => {
  const packet = new Uint8Array(4 + length);
  packet.set([0, 3, block >> 8, block & 0xff]);
  return packet;
};

interface Machine<T> {
  readonly machine: T;
  /** What it sent, as ISO 8859-1 text. */
  readonly sent: string[];
}

const optionsOf = (sent: string[], more: Partial<TftpMachineOptions>): TftpMachineOptions => ({
  blockSize: 8,
  windowSize: 1,
  random: () => 0,
  ...more,
  transmit: (memory, length) => void sent.push(Buffer.from(memory.subarray(0, length)).toString("latin1")),
});

function receiver(more: Partial<TftpMachineOptions> = {}): Machine<TftpReceiver> & { delivered: () => number } {
  const sent: string[] = [];
  let delivered = 0;
  const machine = new TftpReceiver({ ...optionsOf(sent, more), deliver: () => delivered++ });
  return { machine, sent, delivered: () => delivered };
}

/** A sender of so many full blocks. */
function sender(blocks: number, more: Partial<TftpMachineOptions> = {}): Machine<TftpSender> & { feed: () => void } {
  const sent: string[] = [];
  const machine = new TftpSender(optionsOf(sent, more));
  let supplied = 0;
  const feed = (): void => {
    while (machine.room() !== undefined) machine.supply(supplied++ < blocks ? 8 : 0);
  };
  feed();
  machine.start(0);
  return { machine, sent, feed };
}

const acknowledge = (block: number): Uint8Array => octets(`\0\x04${String.fromCharCode(block >> 8, block & 0xff)}`);

describe("a round trip that becomes longer", () => {
  it.each([
    [1, 200],
    [16, 1_600],
  ])("is learnt, with a window of %i", (windowSize, blocks) => {
    let packets = 0;
    const network = {
      ...{ loss: 0, duplication: 0, reordering: 0, random: seeded(3) },
      get delay(): number {
        return packets++ < 60 ? 1 : 150;
      },
    };
    const { sender: machine, intact } = simulate({ size: 8 * blocks, blockSize: 8, windowSize, retries: 6 }, network);
    expect(intact).toBe(true);
    expect(machine.counts.resent).toBeLessThan(20 * windowSize);
    expect(machine.roundTrip).toBeGreaterThan(250);
  });
});

describe("a peer that falls silent", () => {
  it("is waited for, though it was quick before, with no more retransmissions than are allowed", () => {
    const { machine, sent, feed } = sender(100);
    let now = 0;
    for (let block = 1; block <= 20; block++) {
      machine.receive(acknowledge(block), (now += 5));
      feed();
      machine.flush(now);
    }
    const before = sent.length;
    const began = now;
    while (machine.state === "running") machine.expire((now = machine.deadline ?? now));
    expect(sent.length - before).toBe(6);
    expect(now - began).toBeGreaterThan(20_000);
    // The first two make up for a packet that was lost.
    expect(machine.counts.timeouts).toBe(7);
  });
});

describe("one lost ACK", () => {
  it("costs one window, and no ACK inside the next", () => {
    const { machine, sent } = receiver({ windowSize: 16 });
    machine.startSilently(0);
    for (let block = 1; block <= 32; block++) machine.receive(data(block), block);
    // The sender did not hear of 32, and sends its window again.
    for (let block = 17; block <= 32; block++) machine.receive(data(block), 100 + block);
    for (let block = 33; block <= 48; block++) machine.receive(data(block), 200 + block);
    expect(sent).toEqual(["\0\x04\0\x10", "\0\x04\0\x20", "\0\x04\0\x20", "\0\x04\0\x30"]);
  });
});

describe("a sender that answers doubled ACKs", () => {
  it("is not led to double every block from one on", () => {
    const { machine, sent } = receiver();
    machine.startSilently(0);
    let now = 0;
    // It sends a block for each ACK, whatever it sent before.
    let answered = 0;
    const answer = (): void => {
      // What its blocks bring is for the next round.
      for (const end = sent.length; answered < end; answered++) {
        machine.receive(data((sent[answered]?.charCodeAt(3) ?? 0) + 1), now + 0.1);
      }
    };
    machine.receive(data(1), (now = 10));
    for (let round = 0; round < 3; round++) {
      now += 10;
      answer();
    }
    // The network doubles one block.
    machine.receive(data(machine.received), now + 0.2);
    const before = machine.received;
    const acknowledgments = sent.length;
    for (let round = 0; round < 20; round++) {
      now += 10;
      answer();
    }
    expect(machine.received - before).toBe(20);
    expect(sent.length - acknowledgments).toBeLessThanOrEqual(21);
  });

  it("gets an ACK again that was lost", () => {
    const { machine, sent } = receiver();
    machine.startSilently(0);
    for (let block = 1; block <= 6; block++) {
      machine.receive(data(block), 100 * block);
      machine.receive(data(block), 100 * block + 90);
    }
    expect(sent).toHaveLength(12);
  });
});

describe("a peer that does not wait for ACKs", () => {
  it("gives no more than the window that was asked for, while the file cannot take more", () => {
    const { machine, sent, delivered } = receiver({ windowSize: 4 });
    machine.startSilently(0);
    machine.receive(data(1), 1);
    machine.hold();
    for (let block = 2; block <= 40; block++) machine.receive(data(block), block);
    expect(delivered()).toBe(4);
    expect(sent).toEqual([]);
    machine.release(50);
    expect(sent).toEqual(["\0\x04\0\x04"]);
    for (let block = 5; block <= 8; block++) machine.receive(data(block), 50 + block);
    expect(delivered()).toBe(8);
  });
});

describe("what is no packet of TFTP", () => {
  const noise = ["", "\0", "\0\x04\0", "\0\x03\0", "\0\0\0\0", "\0\x09aaaa", "\x04\0\0\x01"];

  it.each(noise)("is neither answered nor a fault: %j", (text) => {
    const out = sender(3);
    const before = out.sent.length;
    out.machine.receive(octets(text), 1);
    expect(out.machine.state).toBe("running");
    expect(out.sent).toHaveLength(before);
    const { machine, sent } = receiver();
    machine.startSilently(0);
    machine.receive(octets(text), 1);
    expect(machine.state).toBe("running");
    expect(sent).toEqual([]);
  });

  it("but an ERROR that was cut off ends the transfer, without an answer", () => {
    for (const { machine, sent } of [sender(3), receiver()]) {
      const before = sent.length;
      machine.receive(octets("\0\x05"), 1);
      expect(machine.failure).toEqual({ kind: "peer-error", code: 0, message: "" });
      expect(sent).toHaveLength(before);
    }
  });
});

describe("a receiver that is stopped", () => {
  it("sends nothing any more", () => {
    const { machine, sent } = receiver();
    machine.startSilently(0);
    machine.receive(data(1), 1);
    machine.stop();
    machine.receive(data(2), 2);
    machine.expire(20_000);
    expect(machine.deadline).toBeUndefined();
    expect(sent).toEqual(["\0\x04\0\x01"]);
  });
});
