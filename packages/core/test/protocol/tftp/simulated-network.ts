/** A sender and a receiver with a network between them that loses, doubles and reorders, and a clock that jumps. */
import {
  dataHeaderLength,
  TftpReceiver,
  TftpSender,
  type Rollover,
  type TftpMachineOptions,
} from "@twinport/core/protocol";

/** How the network is. */
export interface Network {
  /** Shares, from 0 to 1. */
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
  /** Milliseconds one way. */
  readonly delay: number;
  /** For everything random. */
  readonly random: () => number;
}

/** What is to be transferred, and how. */
export interface Scenario {
  readonly size: number;
  readonly blockSize: number;
  readonly windowSize: number;
  readonly retries: number;
  readonly rollover?: Rollover;
  readonly first?: Uint8Array;
}

/** What became of it. */
export interface Outcome {
  readonly sender: TftpSender;
  readonly receiver: TftpReceiver;
  readonly intact: boolean;
  /** Milliseconds on the simulated clock. */
  readonly time: number;
}

/** The octet at a place of the file. */
const octetAt = (place: number): number => (place * 31 + (place >> 8) + (place >> 16)) & 0xff;

interface Flying {
  readonly at: number;
  readonly order: number;
  readonly arrive: (now: number) => void;
}

/** Runs a transfer to its end. @throws Error when it hangs. */
export function simulate(scenario: Scenario, network: Network): Outcome {
  const flying: Flying[] = [];
  let now = 0;
  let order = 0;
  const put = (one: Flying): void => {
    let at = flying.length;
    while (at > 0) {
      const before = flying[at - 1];
      if (before === undefined || before.at < one.at || (before.at === one.at && before.order < one.order)) break;
      at--;
    }
    flying.splice(at, 0, one);
  };
  const carry = (deliver: (packet: Uint8Array, now: number) => void) => {
    return (memory: Uint8Array, length: number): void => {
      const packet = memory.slice(0, length);
      const copies = 1 + (network.random() < network.duplication ? 1 : 0);
      for (let copy = 0; copy < copies; copy++) {
        if (network.random() < network.loss) continue;
        const late = network.random() < network.reordering ? network.delay * 2 * network.random() : 0;
        put({ at: now + network.delay + late, order: order++, arrive: (time) => deliver(packet, time) });
      }
    };
  };
  let received = 0;
  const wrong: number[] = [];
  const shared: Omit<TftpMachineOptions, "transmit"> = { ...scenario, random: network.random };
  const receiver: TftpReceiver = new TftpReceiver({
    ...shared,
    first: undefined,
    transmit: carry((packet, time) => {
      sender.receive(packet, time);
      feed();
    }),
    deliver: (packet) => {
      for (let at = dataHeaderLength; at < packet.length; at++) {
        if (packet[at] !== octetAt(received++)) wrong.push(received);
      }
    },
  });
  const sender: TftpSender = new TftpSender({
    ...shared,
    transmit: carry((packet, time) => {
      receiver.receive(packet, time);
      if (receiver.ended && receiver.state === "running") receiver.release(time);
    }),
  });
  let read = 0;
  const feed = (): void => {
    for (let room = sender.room(); room !== undefined; room = sender.room()) {
      const length = Math.min(room.length, scenario.size - read);
      for (let at = 0; at < length; at++) room[at] = octetAt(read++);
      sender.supply(length);
    }
    sender.flush(now);
  };
  feed();
  receiver.startSilently(now);
  sender.start(now);
  const open = (state: string): boolean => state === "running" || state === "dallying";
  for (let steps = 0; open(sender.state) || open(receiver.state); steps++) {
    if (steps > 20_000_000) throw new Error("The transfer hangs");
    const next = flying[0];
    const deadline = Math.min(sender.deadline ?? Infinity, receiver.deadline ?? Infinity);
    if (next === undefined && deadline === Infinity) throw new Error("Nothing is under way and nobody waits");
    if (next !== undefined && next.at <= deadline) {
      flying.shift();
      now = Math.max(now, next.at);
      next.arrive(now);
      continue;
    }
    now = Math.max(now, deadline);
    if ((sender.deadline ?? Infinity) <= now) sender.expire(now);
    if ((receiver.deadline ?? Infinity) <= now) receiver.expire(now);
  }
  return { sender, receiver, intact: wrong.length === 0 && received === scenario.size, time: now };
}
