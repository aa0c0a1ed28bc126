/** The machines of a multicast transfer: packet by packet, and over a simulated network. */
import {
  acceptOptions,
  answerOptions,
  formatError,
  formatMulticastAnswer,
  formatOptionAcknowledgment,
  isMulticastAddress,
  parseMulticastAnswer,
  requestOptions,
  strayLimit,
  TftpGroupReceiver,
  TftpGroupSender,
  TftpOptionError,
  type TftpFailure,
  type TftpGroupMember,
} from "@twinport/core/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulateGroup, type SimulatedClient } from "./simulated-group.ts";
import { seeded } from "../../support/seeded.ts";
import type { Network } from "./simulated-network.ts";

const perfect = (): Network => ({ loss: 0, duplication: 0, reordering: 0, delay: 10, random: seeded(1) });
const group = { address: "239.255.0.1", port: 1758 };
const ack = (block: number): Uint8Array => Uint8Array.of(0, 4, block >> 8, block & 255);
const oack = (master: boolean): Uint8Array =>
  formatOptionAcknowledgment([["multicast", formatMulticastAnswer({ group, master })]]);
const data = (block: number, length: number): Uint8Array => Uint8Array.of(0, 3, 0, block, ...new Uint8Array(length));

describe("the option multicast", () => {
  it("is written and read", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("224.0.0.1", "239.255.255.250", "ff15::1234", "ff02::1"),
        fc.integer({ min: 1, max: 65_535 }),
        fc.boolean(),
        (address, port, master) => {
          const answer = { group: { address, port }, master };
          expect(parseMulticastAnswer(formatMulticastAnswer(answer))).toEqual(answer);
        },
      ),
    );
    expect(formatMulticastAnswer({ group, master: true })).toBe("239.255.0.1,1758,1");
    expect(parseMulticastAnswer(formatMulticastAnswer({ group: undefined, master: true }))).toEqual({
      group: undefined,
      master: true,
    });
  });

  it("is refused where it names no group", () => {
    const wrong = ["", ",", "239.255.0.1", "239.255.0.1,1758", "239.255.0.1,1758,2", "239.255.0.1,0,1"];
    const others = ["192.0.2.1,1758,1", "239.255.0.1,65536,1", "239.255.0.256,1,1", "ff15::1%eth0,1,1", ",1758,1"];
    for (const text of [...wrong, ...others, "239.255.0.1,1758,1,", `${"f".repeat(100)},1,1`]) {
      expect([text, parseMulticastAnswer(text)]).toEqual([text, undefined]);
    }
    expect(["224.0.0.0", "240.0.0.0", "223.255.255.255", "ff00::", "fe80::1"].map(isMulticastAddress)).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it("is answered without a window, in its place, and only when the server has a group", () => {
    const limits = { largestBlockSize: 65_464, largestWindowSize: 64, windowOctets: 1e6 };
    const asked = [
      ["multicast", ""],
      ["blksize", "1024"],
      ["windowsize", "8"],
    ] as const;
    const answer = answerOptions(asked, "read", { ...limits, multicast: group }, 5);
    expect(answer.options).toEqual([
      ["multicast", "239.255.0.1,1758,1"],
      ["blksize", "1024"],
    ]);
    expect(answer.agreement).toMatchObject({ windowSize: 1, multicast: group });
    const without = answerOptions(asked, "read", limits, 5);
    expect(without.options).toEqual([
      ["blksize", "1024"],
      ["windowsize", "8"],
    ]);
    expect(without.agreement).not.toHaveProperty("multicast");
    const meant = answerOptions([["multicast", "yes"]], "read", { ...limits, multicast: group }, 5);
    expect(meant.options).toEqual([]);
  });

  it("is taken by a client that asked for it, with a group and without a window", () => {
    const wanted = { multicast: true, windowSize: 4 };
    expect(requestOptions(wanted)).toEqual([
      ["windowsize", "4"],
      ["multicast", ""],
    ]);
    expect(acceptOptions([["multicast", "239.255.0.1,1758,0"]], wanted, "read").multicast).toEqual(group);
    for (const answered of [
      [["multicast", ",,1"]],
      [["multicast", ""]],
      [
        ["multicast", "239.255.0.1,1758,0"],
        ["windowsize", "4"],
      ],
    ] as const) {
      expect(() => acceptOptions(answered, wanted, "read")).toThrow(TftpOptionError);
    }
    expect(() => acceptOptions([["multicast", "239.255.0.1,1758,0"]], {}, "read")).toThrow(TftpOptionError);
  });
});

interface Said {
  readonly oacks: string[];
  readonly blocks: number[];
  readonly ended: string[];
}

/** A sender with clients by name, and what it said. */
function sending(lastBlock: number): {
  readonly said: Said;
  readonly sender: TftpGroupSender;
  readonly join: (name: string) => TftpGroupMember;
} {
  const said: Said = { oacks: [], blocks: [], ended: [] };
  const sender: TftpGroupSender = new TftpGroupSender({
    lastBlock,
    turns: 2,
    multicast: (block) => {
      said.blocks.push(block);
      sender.sent(block, 0);
    },
  });
  const join = (name: string): TftpGroupMember =>
    sender.join(
      {
        retries: 1,
        firstRetries: 0,
        random: () => 0,
        acknowledge: (master) => said.oacks.push(`${name}${master ? "!" : ""}`),
        ended: (failure: TftpFailure | undefined) => said.ended.push(`${name} ${failure?.kind ?? "has it"}`),
      },
      0,
    );
  return { said, sender, join };
}

describe("the sender to a group", () => {
  it("makes the oldest client the master, and the next one when that has all", () => {
    const { said, sender, join } = sending(3);
    const [a, b] = [join("a"), join("b")];
    expect(said.oacks).toEqual(["a!", "b"]);
    sender.receive(a, ack(0), 0);
    sender.receive(a, ack(1), 0);
    sender.receive(a, ack(2), 0);
    sender.receive(a, ack(3), 0);
    expect(said).toEqual({ oacks: ["a!", "b", "b!"], blocks: [1, 2, 3], ended: ["a has it"] });
    sender.receive(b, ack(1), 0);
    sender.receive(b, ack(3), 0);
    expect(said).toEqual({ oacks: ["a!", "b", "b!"], blocks: [1, 2, 3, 2], ended: ["a has it", "b has it"] });
    expect([sender.size, sender.deadline]).toEqual([0, undefined]);
  });

  it("takes the last ACK of any client, and tells others that they are not asked, up to a limit", () => {
    const { said, sender, join } = sending(3);
    const [a, b, c] = [join("a"), join("b"), join("c")];
    sender.receive(b, ack(3), 0);
    expect(said.ended).toEqual(["b has it"]);
    sender.receive(c, ack(1), 0);
    expect(said.oacks).toEqual(["a!", "b", "c", "c"]);
    for (let stray = 1; stray < strayLimit; stray++) sender.receive(c, ack(0), 0);
    expect(said.ended).toEqual(["b has it"]);
    sender.receive(c, ack(0), 0);
    expect(said.ended).toEqual(["b has it", "c protocol"]);
    expect(said.blocks).toEqual([]);
    sender.receive(a, ack(0), 0);
    expect(said.blocks).toEqual([1]);
  });

  it("sends a block once for an ACK that comes twice, and nothing for an old one", () => {
    const { said, sender, join } = sending(9);
    const a = join("a");
    for (const block of [0, 0, 4, 4, 1]) sender.receive(a, ack(block), 0);
    expect(said.blocks).toEqual([1, 5]);
    expect(a.counts.duplicates).toBe(3);
  });

  it("passes a silent master over, asks it again after the others, and then gives it up", () => {
    const { said, sender, join } = sending(9);
    const [a, b] = [join("a"), join("b")];
    sender.receive(a, ack(0), 0);
    sender.expire(1);
    expect(said.blocks).toEqual([1, 1]);
    sender.expire(2);
    expect(said.oacks).toEqual(["a!", "b", "a", "b!"]);
    sender.receive(b, ack(9), 3);
    expect(said.oacks).toEqual(["a!", "b", "a", "b!", "a!"]);
    sender.receive(a, ack(0), 4);
    expect(said.blocks).toEqual([1, 1, 1]);
    sender.expire(5);
    sender.expire(6);
    expect(said.ended).toEqual(["b has it", "a timeout"]);
  });

  it("gives up who never answered at once, and who leaves or breaks the protocol", () => {
    const { said, sender, join } = sending(9);
    join("forged");
    const [a, b, c] = [join("a"), join("b"), join("c")];
    sender.expire(1);
    expect(said.ended).toEqual(["forged timeout"]);
    sender.receive(a, formatError(0, "enough"), 1);
    sender.receive(b, ack(10), 1);
    sender.receive(c, data(1, 3), 1);
    expect(said.ended).toEqual(["forged timeout", "a peer-error", "b protocol", "c protocol"]);
    expect(sender.size).toBe(0);
  });

  it("answers a request that came again, but not of a master that goes on", () => {
    const { said, sender, join } = sending(9);
    const [a, b] = [join("a"), join("b")];
    sender.repeat(a);
    sender.repeat(b);
    sender.receive(a, ack(0), 0);
    sender.repeat(a);
    expect(said.oacks).toEqual(["a!", "b", "a!", "b"]);
    sender.remove(b, 0);
    sender.repeat(b);
    expect(said.oacks).toHaveLength(4);
  });

  it("does not count the time in which a block is read", () => {
    const asked: number[] = [];
    const sender = new TftpGroupSender({ lastBlock: 9, turns: 2, multicast: (block) => asked.push(block) });
    const a = sender.join({ random: () => 0, acknowledge: () => undefined, ended: () => undefined }, 0);
    sender.receive(a, ack(4), 0);
    expect([asked, sender.deadline]).toEqual([[5], undefined]);
    sender.sent(4, 100);
    expect(sender.deadline).toBeUndefined();
    sender.sent(5, 100);
    expect(sender.deadline).toBeGreaterThan(100);
  });
});

/** A receiver, the ACKs it sent and the blocks it took. */
function receiving(takes: (block: number) => boolean = () => true): {
  readonly receiver: TftpGroupReceiver;
  readonly acks: number[];
  readonly blocks: number[];
} {
  const acks: number[] = [];
  const blocks: number[] = [];
  const receiver = new TftpGroupReceiver({
    blockSize: 8,
    patience: 1_000,
    retries: 1,
    random: () => 0,
    transmit: (memory) => acks.push(memory[3] ?? -1),
    deliver: (_packet, block) => {
      if (takes(block)) blocks.push(block);
      return takes(block);
    },
  });
  return { receiver, acks, blocks };
}

describe("the receiver in a group", () => {
  it("is silent until it is the master, takes blocks in any order, and asks for the first it lacks", () => {
    const { receiver, acks, blocks } = receiving();
    receiver.receive(oack(false), 0);
    for (const block of [2, 5, 2, 3]) receiver.receive(data(block, block === 5 ? 1 : 8), 0);
    expect([acks, blocks]).toEqual([[], [2, 5, 3]]);
    receiver.receive(oack(true), 0);
    expect(acks).toEqual([0]);
    receiver.receive(data(1, 8), 0);
    expect(acks).toEqual([0, 3]);
    receiver.receive(data(4, 8), 0);
    expect([acks, receiver.ended]).toEqual([[0, 3], true]);
    receiver.stored(0);
    expect([acks, receiver.state]).toEqual([[0, 3, 5], "dallying"]);
    receiver.receive(data(5, 1), 0);
    expect(acks).toEqual([0, 3, 5, 5]);
  });

  it("sends the last ACK as soon as it has all, a few times while nobody asks, and again when it is made the master", () => {
    const { receiver, acks } = receiving();
    receiver.receive(oack(false), 0);
    receiver.receive(data(1, 1), 0);
    receiver.stored(0);
    expect(acks).toEqual([1]);
    for (let guard = 0; receiver.state === "dallying" && guard < 10; guard++) receiver.expire(receiver.deadline ?? 0);
    expect([acks, receiver.state]).toEqual([[1, 1, 1], "complete"]);
    const other = receiving();
    other.receiver.receive(oack(false), 0);
    other.receiver.receive(data(1, 1), 0);
    other.receiver.stored(0);
    other.receiver.receive(oack(false), 0);
    expect(other.acks).toEqual([1]);
    other.receiver.receive(oack(true), 900);
    expect(other.acks).toEqual([1, 1]);
  });

  it("asks again for a block that it had no room for", () => {
    let room = false;
    const { receiver, acks } = receiving((block) => room || block === 1);
    receiver.receive(oack(false), 0);
    receiver.receive(data(2, 1), 0);
    receiver.receive(data(1, 8), 0);
    room = true;
    receiver.receive(oack(true), 0);
    expect(acks).toEqual([1]);
    receiver.receive(data(2, 1), 0);
    expect(receiver.ended).toBe(true);
  });

  it("keeps ACKs back while the file cannot take more", () => {
    const { receiver, acks } = receiving();
    receiver.receive(oack(true), 0);
    receiver.hold();
    receiver.receive(data(1, 8), 0);
    expect([acks, receiver.deadline]).toEqual([[0], undefined]);
    receiver.release(5);
    expect(acks).toEqual([0, 1]);
  });

  it("gives up after a long silence, as the master after its retransmissions", () => {
    const passive = receiving().receiver;
    passive.receive(oack(false), 0);
    passive.receive(data(1, 8), 500);
    expect(passive.deadline).toBe(1_500);
    passive.expire(1_500);
    expect(passive.failure).toEqual({ kind: "timeout", message: "Nothing more came by multicast within 1 s" });
    const master = receiving();
    master.receiver.receive(oack(true), 0);
    master.receiver.expire(master.receiver.deadline ?? 0);
    master.receiver.expire(master.receiver.deadline ?? 0);
    expect(master.acks).toEqual([0, 0]);
    expect(master.receiver.failure).toEqual({
      kind: "timeout",
      message: "No block came by multicast after 1 retransmissions",
    });
  });

  it("takes itself for passed over when others go on, and does not give up", () => {
    const { receiver } = receiving();
    receiver.receive(oack(true), 0);
    receiver.receive(data(7, 8), 0);
    receiver.expire(receiver.deadline ?? 0);
    const now = receiver.deadline ?? 0;
    receiver.expire(now);
    expect([receiver.state, receiver.master, receiver.deadline]).toEqual(["running", false, now + 1_000]);
    receiver.expire(now + 1_000);
    expect(receiver.failure?.kind).toBe("timeout");
  });

  it("refuses blocks that are too long, have no place, or lie beyond the end", () => {
    const breaches: readonly (readonly Uint8Array[])[] = [
      [data(1, 9)],
      [data(0, 8)],
      [data(3, 1), data(4, 8)],
      [data(4, 8), data(3, 1)],
      [ack(1)],
    ];
    for (const packets of breaches) {
      const { receiver } = receiving();
      receiver.receive(oack(false), 0);
      for (const packet of packets) receiver.receive(packet, 0);
      expect(receiver.failure).toMatchObject({ kind: "protocol", code: 4 });
    }
    const { receiver } = receiving();
    receiver.receive(oack(false), 0);
    receiver.receive(formatError(1, "gone"), 0);
    expect(receiver.failure).toEqual({ kind: "peer-error", code: 1, message: "gone" });
  });
});

describe("a group over a network", () => {
  it("gets each block once when nothing is lost, and a late client what it missed", () => {
    const together = Array.from({ length: 5 }, (): SimulatedClient => ({ joins: 0 }));
    const scenario = { size: 8 * 99 + 3, blockSize: 8, retries: 3, turns: 2 };
    const outcome = simulateGroup({ ...scenario, clients: together }, perfect());
    expect(outcome.clients.map(({ intact, told }) => [intact, told])).toEqual(together.map(() => [true, undefined]));
    expect(outcome.blocksSent).toBe(100);
    const late = simulateGroup({ ...scenario, clients: [...together, { joins: 500 }] }, perfect());
    expect(late.clients.every(({ intact, receiver }) => intact && receiver.state === "complete")).toBe(true);
    expect(late.blocksSent).toBeGreaterThan(110);
    expect(late.blocksSent).toBeLessThan(150);
  });

  it("sends each block once though every packet is doubled (the Sorcerer's Apprentice)", () => {
    const clients = [{ joins: 0 }, { joins: 0 }, { joins: 0 }];
    const doubled = { ...perfect(), duplication: 1 };
    const outcome = simulateGroup({ size: 800, blockSize: 8, retries: 3, turns: 2, clients }, doubled);
    expect(outcome.clients.every(({ intact }) => intact)).toBe(true);
    expect(outcome.blocksSent).toBe(101);
  });

  it("ends for every client with the file intact or a clear error, whatever is lost under one half", () => {
    const client = fc.record(
      {
        joins: fc.integer({ min: 0, max: 3_000 }),
        vanishes: fc.integer({ min: 0, max: 6_000 }),
        room: fc.integer({ min: 0, max: 20 }),
        reached: fc.constantFrom(true, true, true, false),
      },
      { requiredKeys: ["joins"] },
    );
    const shares = fc.record({
      loss: fc.double({ min: 0, max: 0.49, noNaN: true }),
      duplication: fc.double({ min: 0, max: 0.5, noNaN: true }),
      reordering: fc.double({ min: 0, max: 0.5, noNaN: true }),
      delay: fc.integer({ min: 0, max: 300 }),
      seed: fc.integer(),
    });
    const scenarios = fc.record({
      size: fc.integer({ min: 0, max: 1_500 }),
      blockSize: fc.constantFrom(8, 64, 512),
      retries: fc.integer({ min: 0, max: 8 }),
      turns: fc.integer({ min: 1, max: 3 }),
      clients: fc.array(client, { minLength: 1, maxLength: 6 }),
    });
    let whole = 0;
    fc.assert(
      fc.property(shares, scenarios, ({ seed, ...shared }, scenario) => {
        const outcome = simulateGroup(scenario, { ...shared, random: seeded(seed) });
        const blocks = Math.floor(scenario.size / scenario.blockSize) + 1;
        for (const { receiver, intact, vanished, member, told } of outcome.clients) {
          if (receiver.state === "complete") expect(intact).toBe(true);
          if (receiver.state === "failed") expect(["timeout", "peer-error"]).toContain(receiver.failure?.kind);
          if (told === undefined) expect(vanished || receiver.state === "complete").toBe(true);
          // A turn may bring one block, and ends after so many retransmissions; only so many turns bring none.
          const turns = (blocks + 1) * scenario.turns;
          expect(member?.counts.timeouts ?? 0).toBeLessThanOrEqual(turns * 2 * (scenario.retries + 1));
          if (receiver.state === "complete") whole++;
        }
      }),
      { numRuns: 300 },
    );
    expect(whole).toBeGreaterThan(100);
  });

  it("nearly always serves all at 5 % loss, though some vanish and one is not reached", () => {
    for (let seed = 0; seed < 20; seed++) {
      const clients: SimulatedClient[] = [
        { joins: 0, vanishes: 400 },
        { joins: 0 },
        { joins: 0, reached: false },
        { joins: 100, room: 10 },
        { joins: 700, vanishes: 5_000 },
        { joins: 1_500 },
      ];
      const network = { loss: 0.05, duplication: 0.01, reordering: 0.01, delay: 5, random: seeded(seed) };
      const outcome = simulateGroup({ size: 20_000, blockSize: 64, retries: 4, turns: 2, clients }, network);
      const states = outcome.clients.map(({ receiver, intact }) => (intact ? receiver.state : "not whole"));
      expect([seed, states[1], states[3], states[5]]).toEqual([seed, "complete", "complete", "complete"]);
      expect(outcome.clients[2]?.receiver.failure?.kind).toMatch(/timeout|peer-error/);
    }
  });
});
