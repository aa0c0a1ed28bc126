/** Devices that take their time for a block, as those that write flash do: what is sent to them twice in vain. */
import { describe, expect, it } from "vitest";
import {
  blockOf,
  defaultShortestTimeout,
  formatOptionAcknowledgment,
  RetransmissionTimer,
  TftpReceiver,
  TftpSender,
} from "@twinport/core/protocol";

/** Milliseconds that a block takes. */
type Pace = (block: number) => number;

/** Nothing random is added to the waits: they are as short as they can be. */
const random = (): number => 0;

const acknowledgment = (block: number): Uint8Array => Uint8Array.of(0, 4, block >> 8, block & 0xff);
const data = (block: number, length: number): Uint8Array =>
  Uint8Array.of(0, 3, block >> 8, block & 0xff, ...new Array<number>(length).fill(0));

interface SlowTransfer {
  readonly pace: Pace;
  readonly blocks?: number;
  readonly windowSize?: number;
  /** Whether options are agreed on first, which the device answers within a millisecond. */
  readonly first?: boolean;
  /** Whether the device says nothing to a block that it has. */
  readonly ignoresDuplicates?: boolean;
}

/** A device with one thread and a queue gets a file from our sender. @returns Packets that it got in vain. */
function sendTo({ pace, blocks = 40, windowSize = 1, first = false, ignoresDuplicates = false }: SlowTransfer): {
  readonly vain: number;
  readonly sender: TftpSender;
} {
  const queue: number[] = [];
  const sender = new TftpSender({
    blockSize: 8,
    windowSize,
    random,
    first: first ? formatOptionAcknowledgment([["blksize", "8"]]) : undefined,
    transmit: (packet) => void queue.push(packet[1] === 3 ? blockOf(packet) : 0),
  });
  let supplied = 0;
  const feed = (now: number): void => {
    while (sender.room() !== undefined) sender.supply(++supplied < blocks ? 8 : 0);
    sender.flush(now);
  };
  let [now, received, vain] = [0, first ? -1 : 0, 0];
  feed(now);
  sender.start(now);
  while (sender.state === "running") {
    const block = queue.shift();
    if (block === undefined) {
      now = Math.max(now, sender.deadline ?? Infinity);
      sender.expire(now);
      continue;
    }
    const fresh = block === received + 1;
    const done = now + (fresh ? (block === 0 ? 1 : pace(block)) : 0);
    // What the sender does meanwhile waits in the device's queue.
    while ((sender.deadline ?? Infinity) < done) sender.expire(Math.max(now, sender.deadline ?? 0));
    now = done;
    if (fresh) received = block;
    else vain++;
    if (fresh ? received % windowSize === 0 || received === blocks : !ignoresDuplicates) {
      sender.receive(acknowledgment(received), now);
      feed(now);
    }
  }
  expect(sender.state).toBe("complete");
  return { vain, sender };
}

/** A device that makes each block slowly sends a file to our receiver. @returns ACKs that were sent in vain. */
function receiveFrom({ pace, blocks = 40, windowSize = 1, first = false }: SlowTransfer): number {
  let asked = -1;
  let vain = 0;
  const receiver = new TftpReceiver({
    blockSize: 8,
    windowSize,
    random,
    first: first ? formatOptionAcknowledgment([["blksize", "8"]]) : undefined,
    transmit: (packet) => {
      const block = packet[1] === 4 ? blockOf(packet) : 0;
      if (block === asked) vain++;
      asked = block;
    },
    deliver: () => undefined,
  });
  let now = 0;
  receiver.start(now);
  for (let block = 1; block <= blocks; block++) {
    const ready = now + pace(block);
    while ((receiver.deadline ?? Infinity) < ready) receiver.expire(receiver.deadline ?? ready);
    now = ready;
    receiver.receive(data(block, block === blocks ? 0 : 8), now);
    if (receiver.state === "failed") break;
  }
  receiver.release(now);
  expect(receiver.received).toBe(blocks);
  return vain;
}

const steady: Pace = () => 300;

describe("a device that takes 300 ms for each block", () => {
  it.each([
    ["one by one", {}],
    ["one by one, after options that it answers at once", { first: true }],
    ["in windows of 2", { windowSize: 2 }],
    ["in windows of 4, after options", { windowSize: 4, first: true }],
    ["in windows of 16", { windowSize: 16, blocks: 64 }],
    ["a file of one block, in windows of 64", { windowSize: 64, blocks: 1 }],
    ["with a little more or less each time", { pace: (block: number) => 270 + ((block * 7) % 60) }],
  ] as const)("is sent nothing twice: %s", (_name, options) => {
    expect(sendTo({ pace: steady, ...options }).vain).toBe(0);
  });

  it.each([1, 2, 8, 16])("and sends itself is not asked twice for a block, in windows of %i", (windowSize) => {
    for (const first of [false, true]) expect(receiveFrom({ pace: steady, windowSize, first, blocks: 64 })).toBe(0);
  });

  it("is not asked twice when its first blocks came at once", () => {
    expect(receiveFrom({ pace: (block) => (block < 20 ? 1 : 300) })).toBe(0);
    expect(receiveFrom({ pace: (block) => (block % 8 === 0 ? 300 : 1), blocks: 200 })).toBe(0);
  });
});

describe("a device that is quick but for the blocks at which it writes its flash", () => {
  it("is sent nothing twice where that takes up to the shortest wait", () => {
    for (const windowSize of [1, 8]) {
      const pace: Pace = (block) => (block % 8 === 0 ? defaultShortestTimeout : 1);
      expect(sendTo({ pace, windowSize, blocks: 200 }).vain).toBe(0);
    }
  });

  it.each([300, 400, 600])("is sent a block twice once at most where it takes %i ms, and not for ever", (flash) => {
    const { vain, sender } = sendTo({ pace: (block) => (block % 8 === 0 ? flash : 1), blocks: 400 });
    expect(vain).toBeLessThanOrEqual(2);
    expect(sender.counts.resent).toBe(vain);
  });

  it("is sent little twice when it becomes slow for good, though it says nothing to what it has", () => {
    const { vain } = sendTo({ pace: (block) => (block < 60 ? 1 : 300), blocks: 120, ignoresDuplicates: true });
    expect(vain).toBeLessThanOrEqual(1);
  });
});

describe("the wait for an answer", () => {
  const waitOf = (timer: RetransmissionTimer): number => {
    timer.arm(0);
    return timer.deadline ?? 0;
  };

  it("is 250 ms at least, and as much longer than the round trip, however steady that is", () => {
    const timer = new RetransmissionTimer({ random });
    expect(waitOf(timer)).toBe(1_000);
    for (const roundTrip of [0.1, 300, 2_000]) {
      for (let time = 0; time < 200; time++) timer.measure(roundTrip);
      expect(waitOf(timer)).toBeCloseTo(roundTrip + 250, 0);
    }
  });

  it("is the option's where that says less or more", () => {
    const timer = new RetransmissionTimer({ random, initialTimeout: 20, shortestTimeout: 5 });
    expect(waitOf(timer)).toBe(20);
    for (let time = 0; time < 200; time++) timer.measure(1);
    expect(waitOf(timer)).toBeCloseTo(6, 0);
    const capped = new RetransmissionTimer({ random, initialTimeout: 3, longestTimeout: 10 });
    expect(waitOf(capped)).toBe(3);
    capped.measure(1);
    expect(waitOf(capped)).toBe(10);
  });

  it("is longer once something was sent in vain, up to the wait for a peer of which nothing is known", () => {
    const timer = new RetransmissionTimer({ random });
    for (let time = 0; time < 200; time++) timer.measure(1);
    timer.spurious(300);
    expect(waitOf(timer)).toBeCloseTo(451, 0);
    timer.spurious(100);
    expect(waitOf(timer)).toBeCloseTo(451, 0);
    timer.spurious(30_000);
    expect(waitOf(timer)).toBeCloseTo(1_001, 0);
  });
});
