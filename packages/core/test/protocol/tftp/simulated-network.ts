/** A sender and a receiver with a network between them that loses, doubles and reorders, and a clock that jumps. */
import {
  blockOf,
  dataHeaderLength,
  RetransmissionTimer,
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
  /** OACK. */
  readonly first?: Uint8Array;
  /** Whether the file goes to the server: WRQ is sent until it is answered, by ACK 0 or OACK. Default: a read. */
  readonly write?: boolean;
  /** Milliseconds that the receiver's storage takes at the end. Default 0. */
  readonly storing?: number;
}

/** What became of it. */
export interface Outcome {
  readonly sender: TftpSender;
  readonly receiver: TftpReceiver;
  readonly intact: boolean;
  /** Whether the peer answered the WRQ at all; true for a read. */
  readonly answered: boolean;
  /** The longest run of deadlines that passed without any progress, of either end. */
  readonly worstSilence: number;
  /** Milliseconds on the simulated clock. */
  readonly time: number;
}

/** A repeatable source of numbers (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
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
  const { first, write = false, storing = 0 } = scenario;
  const shared: Omit<TftpMachineOptions, "transmit"> = {
    blockSize: scenario.blockSize,
    windowSize: scenario.windowSize,
    retries: scenario.retries,
    rollover: scenario.rollover,
    random: network.random,
  };
  const receiver: TftpReceiver = new TftpReceiver({
    ...shared,
    first: write ? first : undefined,
    transmit: carry((packet, time) => hearAsSender(packet, time)),
    deliver: (packet) => {
      for (let at = dataHeaderLength; at < packet.length; at++) {
        if (packet[at] !== octetAt(received++)) wrong.push(received);
      }
    },
  });
  const sender: TftpSender = new TftpSender({
    ...shared,
    first: write ? undefined : first,
    transmit: carry((packet, time) => {
      receiver.receive(packet, time);
      if (!receiver.ended || receiver.state !== "running") return;
      if (storing === 0) receiver.release(time);
      else put({ at: time + storing, order: order++, arrive: (later) => receiver.release(later) });
    }),
  });
  const silence = { sender: 0, receiver: 0, worst: 0 };
  let firstAnswered = 0;
  const hearAsSender = (packet: Uint8Array, time: number): void => {
    if (write && !begun) {
      begun = true;
      feed();
      sender.start(time);
      return;
    }
    if (blockOf(packet) === 0) firstAnswered = 1;
    sender.receive(packet, time);
    feed();
  };
  let read = 0;
  const feed = (): void => {
    for (let room = sender.room(); room !== undefined; room = sender.room()) {
      const length = Math.min(room.length, scenario.size - read);
      for (let at = 0; at < length; at++) room[at] = octetAt(read++);
      sender.supply(length);
    }
    sender.flush(now);
  };
  let begun = !write;
  let granted = !write;
  const asking = new RetransmissionTimer({ retries: scenario.retries, random: network.random });
  const ask = carry((_packet, time) => {
    if (granted) receiver.repeatFirst();
    else receiver.start(time);
    granted = true;
  });
  if (write) {
    asking.arm(now);
    ask(new Uint8Array(0), 0);
  } else {
    feed();
    receiver.startSilently(now);
    sender.start(now);
  }
  const open = (state: string): boolean => state === "running" || state === "dallying";
  const isOpen = (): boolean =>
    (begun ? open(sender.state) : asking.deadline !== undefined) || (granted && open(receiver.state));
  const wake = (who: "sender" | "receiver", progress: () => number, expire: () => void): void => {
    const before = progress();
    if (before !== marks[who]) silence[who] = 0;
    marks[who] = before;
    expire();
    silence.worst = Math.max(silence.worst, ++silence[who]);
  };
  const marks = { sender: -1, receiver: -1 };
  for (let steps = 0; isOpen(); steps++) {
    if (steps > 20_000_000) throw new Error("The transfer hangs");
    const next = flying[0];
    const requestDeadline = begun ? undefined : asking.deadline;
    const deadlines = [requestDeadline, begun ? sender.deadline : undefined, granted ? receiver.deadline : undefined];
    const deadline = Math.min(...deadlines.map((one) => one ?? Infinity));
    if (next === undefined && deadline === Infinity) throw new Error("Nothing is under way and nobody waits");
    if (next !== undefined && next.at <= deadline) {
      flying.shift();
      now = Math.max(now, next.at);
      next.arrive(now);
      continue;
    }
    now = Math.max(now, deadline);
    if ((requestDeadline ?? Infinity) <= now && asking.expire(now)) ask(new Uint8Array(0), 0);
    if (begun && (sender.deadline ?? Infinity) <= now) {
      wake(
        "sender",
        () => sender.acknowledged + firstAnswered,
        () => sender.expire(now),
      );
    }
    if (granted && (receiver.deadline ?? Infinity) <= now) {
      if (receiver.state === "dallying") receiver.expire(now);
      else
        wake(
          "receiver",
          () => receiver.received,
          () => receiver.expire(now),
        );
    }
  }
  const intact = wrong.length === 0 && received === scenario.size;
  return { sender, receiver, intact, answered: begun, worstSilence: silence.worst, time: now };
}
