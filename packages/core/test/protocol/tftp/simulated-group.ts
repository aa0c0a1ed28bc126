/** A group's sender and its receivers, with a network between them that loses, doubles and reorders for each alone. */
import {
  blockOf,
  dataHeaderLength,
  formatError,
  formatMulticastAnswer,
  formatOptionAcknowledgment,
  TftpGroupReceiver,
  TftpGroupSender,
  writeBlockHeader,
  type TftpFailure,
  type TftpGroupMember,
} from "@twinport/core/protocol";
import type { Network } from "./simulated-network.ts";

/** One client. */
export interface SimulatedClient {
  /** Milliseconds after which it asks. */
  readonly joins: number;
  /** Milliseconds after which it hears and says nothing any more. */
  readonly vanishes?: number;
  /** Blocks out of order that it can hold. */
  readonly room?: number;
  /** Whether blocks reach it: false where the network carries no multicast. */
  readonly reached?: boolean;
}

/** What is to be sent, and to whom. */
export interface GroupScenario {
  readonly size: number;
  readonly blockSize: number;
  readonly retries: number;
  readonly turns: number;
  readonly clients: readonly SimulatedClient[];
}

/** What became of one client. */
export interface ClientOutcome {
  readonly receiver: TftpGroupReceiver;
  readonly intact: boolean;
  readonly vanished: boolean;
  /** Undefined when it never joined. */
  readonly member: TftpGroupMember | undefined;
  /** What the server made of it; "unknown" when it never joined. */
  readonly told: TftpFailure | undefined | "unknown";
}

/** What became of it. */
export interface GroupOutcome {
  readonly clients: readonly ClientOutcome[];
  /** DATA packets that were sent. */
  readonly blocksSent: number;
  /** Milliseconds on the simulated clock. */
  readonly time: number;
}

const octetAt = (place: number): number => (place * 31 + (place >> 8) + (place >> 16)) & 0xff;
const group = { address: "239.255.0.1", port: 1758 };
const steps = 3_000_000;

interface Client {
  readonly plan: SimulatedClient;
  readonly receiver: TftpGroupReceiver;
  readonly content: Uint8Array;
  readonly held: Set<number>;
  written: number;
  wrong: boolean;
  begun: boolean;
  member: TftpGroupMember | undefined;
  told: TftpFailure | undefined | "unknown";
}

/** Runs a group to its end. @throws Error when it hangs. */
export function simulateGroup(scenario: GroupScenario, network: Network): GroupOutcome {
  const { size, blockSize, retries } = scenario;
  const flying: { readonly at: number; readonly arrive: () => void }[] = [];
  let now = 0;
  let blocksSent = 0;
  const at = (time: number, arrive: () => void): void => {
    let place = flying.length;
    while (place > 0 && (flying[place - 1]?.at ?? 0) > time) place--;
    flying.splice(place, 0, { at: time, arrive });
  };
  const carry = (packet: Uint8Array, deliver: (packet: Uint8Array) => void): void => {
    const copies = 1 + (network.random() < network.duplication ? 1 : 0);
    for (let copy = 0; copy < copies; copy++) {
      if (network.random() < network.loss) continue;
      const late = network.random() < network.reordering ? network.delay * 2 * network.random() : 0;
      at(now + network.delay + late, () => deliver(packet.slice()));
    }
  };
  const gone = ({ plan }: Client): boolean => now >= (plan.vanishes ?? Infinity);
  const hear = (client: Client, packet: Uint8Array): void => {
    if (gone(client)) return;
    client.begun = true;
    client.receiver.receive(packet, now);
    if (client.receiver.ended && client.receiver.state === "running") client.receiver.stored(now);
  };

  const lastBlock = Math.floor(size / blockSize) + 1;
  const sender: TftpGroupSender = new TftpGroupSender({
    lastBlock,
    turns: scenario.turns,
    multicast: (block) => {
      const length = Math.min(blockSize, size - (block - 1) * blockSize);
      const packet = new Uint8Array(dataHeaderLength + length);
      writeBlockHeader(packet, 3, block);
      for (let place = 0; place < length; place++) {
        packet[dataHeaderLength + place] = octetAt((block - 1) * blockSize + place);
      }
      blocksSent++;
      for (const client of clients) {
        if (client.begun && client.plan.reached !== false) carry(packet, (copy) => hear(client, copy));
      }
      sender.sent(block, now);
    },
  });

  const request = (client: Client): void => {
    if (client.member !== undefined) {
      sender.repeat(client.member);
      return;
    }
    client.member = sender.join(
      {
        retries,
        firstRetries: retries,
        random: network.random,
        acknowledge: (master) => {
          const options = [["multicast", formatMulticastAnswer({ group, master })]] as const;
          carry(formatOptionAcknowledgment(options), (packet) => hear(client, packet));
        },
        ended: (failure) => {
          client.told = failure;
          if (failure !== undefined && failure.kind !== "peer-error") {
            carry(formatError(0, failure.message), (packet) => hear(client, packet));
          }
        },
      },
      now,
    );
  };

  const clients = scenario.clients.map((plan): Client => {
    const client: Client = {
      plan,
      content: new Uint8Array(size),
      held: new Set(),
      written: 0,
      wrong: false,
      begun: false,
      member: undefined,
      told: "unknown",
      receiver: new TftpGroupReceiver({
        blockSize,
        retries,
        patience: 60_000,
        random: network.random,
        transmit: (memory, length) => {
          carry(memory.slice(0, length), (packet) => {
            if (client.member === undefined || client.told !== "unknown") return;
            sender.receive(client.member, packet, now);
          });
        },
        deliver: (packet, block) => {
          if (block !== client.written + 1 && client.held.size >= (plan.room ?? Infinity)) return false;
          if (client.held.has(block) || block <= client.written) client.wrong = true;
          client.content.set(packet.subarray(dataHeaderLength), (blockOf(packet) - 1) * blockSize);
          client.held.add(block);
          while (client.held.delete(client.written + 1)) client.written++;
          return true;
        },
      }),
    };
    // The request is repeated until it is answered.
    for (let again = 0; again <= retries; again++) {
      at(plan.joins + again * 1_000, () => {
        if (!client.begun && !gone(client)) carry(new Uint8Array(2), () => request(client));
      });
    }
    return client;
  });

  const running = ({ begun, receiver }: Client): boolean =>
    begun && (receiver.state === "running" || receiver.state === "dallying");
  for (let step = 0; ; step++) {
    if (step > steps) throw new Error("The transfer hangs");
    const listening = clients.filter((client) => running(client) && !gone(client));
    const next = flying[0];
    const deadlines = listening.map(({ receiver }) => receiver.deadline ?? Infinity);
    const deadline = Math.min(sender.deadline ?? Infinity, ...deadlines);
    if (next === undefined && deadline === Infinity) break;
    if (next !== undefined && next.at <= deadline) {
      flying.shift();
      now = Math.max(now, next.at);
      next.arrive();
      continue;
    }
    now = Math.max(now, deadline);
    if ((sender.deadline ?? Infinity) <= now) sender.expire(now);
    for (const { receiver } of listening) if ((receiver.deadline ?? Infinity) <= now) receiver.expire(now);
  }
  if (sender.size > 0) throw new Error("The group has clients and waits for nothing");
  const left = clients.find((client) => running(client) && !gone(client));
  if (left !== undefined) throw new Error("A client waits for nothing");
  return {
    clients: clients.map((client) => ({
      receiver: client.receiver,
      intact: !client.wrong && client.content.every((octet, place) => octet === octetAt(place)),
      vanished: gone(client),
      member: client.member,
      told: client.told,
    })),
    blocksSent,
    time: now,
  };
}
