/**
 * The server's end of a transfer to a group (RFC 2090): who is the master client, and which block goes out.
 *
 * Packets and time go in; OACKs to single clients, blocks to all, and a deadline come out. Only the master client's ACK
 * asks for a block, the one after it, so that it gets what it lacks, whatever that is; the others take what they can use
 * and ask for the rest when it is their turn. A client is done when it acknowledges the last block, master or not.
 *
 * A master that stays silent is passed over and asked again after the others; after some such turns it is given up. Who
 * acknowledges without being asked to is told so by an OACK (mc=0), a limited number of times.
 */
import type { TftpFailure } from "./machine.ts";
import { TftpGroupMember, type TftpGroupMemberOptions } from "./group-member.ts";
import { blockOf, dataHeaderLength, opcodeOf, parseError, tftpErrorCode, tftpOpcode } from "./packet.ts";

/** What a group is made of. */
export interface TftpGroupSenderOptions {
  /** The last block of the file, 1 to 65535. */
  readonly lastBlock: number;
  /** Silent turns as the master before a client is given up; without any answer ever, the first is the last. */
  readonly turns: number;
  /** Sends a block to the group, at once or as soon as it was read; `sent` is to be called then. */
  readonly multicast: (block: number) => void;
}

/** ACKs of a client that is not the master which are answered, before it is given up. */
export const strayLimit = 64;

/** Sends a file's blocks to a group. */
export class TftpGroupSender {
  readonly #options: TftpGroupSenderOptions;
  /** In the order of their turns; the master is the first. */
  readonly #members: TftpGroupMember[] = [];
  #master: TftpGroupMember | undefined;
  /** The block that was asked for; 0 for none. */
  #requested = 0;
  #pending = false;

  constructor(options: TftpGroupSenderOptions) {
    this.#options = options;
  }

  /** How many clients there are. */
  get size(): number {
    return this.#members.length;
  }

  /** When `expire` is to be called, in milliseconds; undefined for never. */
  get deadline(): number | undefined {
    return this.#master?.timer.deadline;
  }

  /** A client comes; the first is the master. */
  join(options: TftpGroupMemberOptions, now: number): TftpGroupMember {
    const member = new TftpGroupMember(options);
    this.#members.push(member);
    if (this.#master === undefined) this.#elect(now);
    else member.acknowledge(false);
    return member;
  }

  /** A client's request came again: its OACK was lost. A master that answered had it. */
  repeat(member: TftpGroupMember): void {
    if (!this.#members.includes(member) || (member === this.#master && member.answered)) return;
    member.counts.duplicates++;
    member.counts.resent++;
    member.acknowledge(member === this.#master);
  }

  /** A client goes. Nothing is told of it. */
  remove(member: TftpGroupMember, now: number): void {
    const at = this.#members.indexOf(member);
    if (at === -1) return;
    this.#members.splice(at, 1);
    member.timer.stop();
    if (member === this.#master) this.#elect(now);
  }

  /** A packet of a client came. */
  receive(member: TftpGroupMember, packet: Uint8Array, now: number): void {
    const opcode = opcodeOf(packet);
    if (packet.length < dataHeaderLength) this.#breach(member, "The packet is too short", now);
    else if (opcode === tftpOpcode.error) this.#end(member, { kind: "peer-error", ...parseError(packet) }, now);
    else if (opcode === tftpOpcode.acknowledgment) this.#acknowledged(member, blockOf(packet), now);
    else this.#breach(member, "An ACK was expected", now);
  }

  /** The block that was asked for went out. */
  sent(block: number, now: number): void {
    if (!this.#pending || block !== this.#requested || this.#master === undefined) return;
    this.#pending = false;
    this.#master.begin(now);
  }

  /** The deadline came. */
  expire(now: number): void {
    const master = this.#master;
    if (master === undefined) return;
    if (master.expire(now)) {
      if (!master.answered) {
        master.acknowledge(true);
        return;
      }
      master.counts.packetsOut++;
      this.#options.multicast(this.#requested);
      return;
    }
    const { retransmissions } = master.timer;
    const turns = master.endSilentTurn();
    if (!master.heard || turns >= this.#options.turns) {
      this.#end(master, { kind: "timeout", message: `No answer after ${retransmissions} retransmissions` }, now);
      return;
    }
    this.#members.push(...this.#members.splice(this.#members.indexOf(master), 1));
    if (this.#members[0] !== master) master.acknowledge(false);
    this.#elect(now);
  }

  #acknowledged(member: TftpGroupMember, block: number, now: number): void {
    const { lastBlock } = this.#options;
    member.hear();
    if (block > lastBlock) {
      this.#breach(member, `Block ${block} was acknowledged; the last is ${lastBlock}`, now);
    } else if (block === lastBlock) {
      member.finish(lastBlock);
      this.#end(member, undefined, now);
    } else if (member === this.#master) {
      if (member.take(block, now)) this.#request(member, block + 1);
    } else {
      member.stray();
      if (member.strays > strayLimit) this.#breach(member, "Only the master client acknowledges", now);
      else member.acknowledge(false);
    }
  }

  #request(master: TftpGroupMember, block: number): void {
    this.#requested = block;
    this.#pending = true;
    // Until the block was read and sent, the wait is not the client's.
    master.timer.stop();
    this.#options.multicast(block);
  }

  #elect(now: number): void {
    this.#requested = 0;
    this.#pending = false;
    this.#master = this.#members[0];
    this.#master?.beginTurn(now);
  }

  #breach(member: TftpGroupMember, message: string, now: number): void {
    this.#end(member, { kind: "protocol", code: tftpErrorCode.illegalOperation, message }, now);
  }

  #end(member: TftpGroupMember, failure: TftpFailure | undefined, now: number): void {
    this.remove(member, now);
    member.ended(failure);
  }
}
