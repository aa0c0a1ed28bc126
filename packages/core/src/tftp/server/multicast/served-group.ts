/** A file on its way to a group: one socket, from which come the blocks and the OACKs, and which hears the ACKs (RFC 2090). */
import type { RemoteInfo, Socket } from "node:dgram";
import {
  blockOf,
  dataHeaderLength,
  formatError,
  opcodeOf,
  TftpGroupSender,
  tftpErrorCode,
  tftpOpcode,
  writeBlockHeader,
  type MulticastGroup,
} from "../../../protocol/index.ts";
import { failureFor } from "../../transfer/error-codes.ts";
import { clock, DeadlineTimer } from "../../transfer/transfer.ts";
import { BlockSource, type BlockSourceOptions } from "./block-source.ts";
import { GroupMembership, keyOf, type JoiningClient, type MembershipHost } from "./group-membership.ts";

/** What a group is made of. */
export interface ServedGroupOptions extends BlockSourceOptions {
  readonly socket: Socket;
  readonly place: MulticastGroup;
  /** Silent turns before a client is given up. */
  readonly turns: number;
  /** A packet came from somebody who is no client. */
  readonly foreign: () => void;
  /** The last client went. */
  readonly ended: () => void;
}

/** A group. */
export class ServedGroup implements MembershipHost {
  readonly socket: Socket;
  readonly place: MulticastGroup;
  readonly #options: ServedGroupOptions;
  readonly #members = new Map<string, GroupMembership>();
  readonly #source: BlockSource;
  readonly #sender: TftpGroupSender;
  readonly #timer: DeadlineTimer;
  readonly #lastBlock: number;
  /** One DATA packet. */
  readonly #packet: Uint8Array;
  readonly #block: Uint8Array;
  #length = 0;
  /** The block that the packet holds; 0 for none. */
  #held = 0;
  #wanted = 0;
  #reading = false;
  #over = false;

  constructor(options: ServedGroupOptions) {
    this.#options = options;
    this.socket = options.socket;
    this.place = options.place;
    this.#source = new BlockSource(options);
    this.#lastBlock = Math.floor(options.version.size / options.blockSize) + 1;
    this.#packet = Buffer.alloc(dataHeaderLength + options.blockSize);
    this.#block = this.#packet.subarray(dataHeaderLength);
    this.#sender = new TftpGroupSender({
      lastBlock: this.#lastBlock,
      turns: options.turns,
      multicast: (block) => this.#multicast(block),
    });
    this.#timer = new DeadlineTimer(
      this.#sender,
      () => undefined,
      () => true,
    );
    this.socket.on("message", (packet, from) => this.#hear(packet, from));
    // A send that failed is a lost packet: retransmission has the last word.
    this.socket.on("error", () => undefined);
  }

  /** Octets of the file. */
  get octets(): number {
    return this.#options.version.size;
  }

  /** How many clients there are. */
  get size(): number {
    return this.#members.size;
  }

  /** Whether the last client went: none can come any more. */
  get over(): boolean {
    return this.#over;
  }

  /** Whether a client is in the group already: a request of the same transfer identifier that is another one. */
  has(peer: RemoteInfo): boolean {
    return this.#members.has(keyOf(peer));
  }

  /** A client comes. */
  join(client: JoiningClient): GroupMembership {
    const membership = new GroupMembership(this, client);
    this.#members.set(membership.key, membership);
    const now = clock();
    membership.member = this.#sender.join(membership.options, now);
    this.#timer.update(now);
    return membership;
  }

  /** No client came after all. */
  closeUnused(): void {
    if (this.#members.size === 0) this.#close();
  }

  octetsOf(blocks: number): number {
    const { version, blockSize } = this.#options;
    return blocks >= this.#lastBlock ? version.size : blocks * blockSize;
  }

  receive({ member }: GroupMembership, packet: Uint8Array): void {
    if (member === undefined || this.#over) return;
    const now = clock();
    this.#sender.receive(member, packet, now);
    this.#timer.update(now);
  }

  repeat({ member }: GroupMembership): void {
    if (member !== undefined && !this.#over) this.#sender.repeat(member);
  }

  leave(membership: GroupMembership): void {
    if (this.#members.get(membership.key) !== membership) return;
    this.#members.delete(membership.key);
    const now = clock();
    if (membership.member !== undefined) this.#sender.remove(membership.member, now);
    if (this.#members.size === 0) this.#close();
    else this.#timer.update(now);
  }

  #hear(packet: Uint8Array, from: RemoteInfo): void {
    const membership = this.#members.get(keyOf(from));
    if (membership !== undefined) {
      membership.receive(packet);
      return;
    }
    const opcode = opcodeOf(packet);
    // Who has the file says so more than once.
    if (opcode === tftpOpcode.acknowledgment && blockOf(packet) === this.#lastBlock) return;
    this.#options.foreign();
    if (opcode === tftpOpcode.error) return;
    this.socket.send(formatError(tftpErrorCode.unknownTransferId, "Unknown transfer ID"), from.port, from.address);
  }

  #multicast(block: number): void {
    this.#wanted = block;
    if (this.#reading) return;
    if (block !== this.#held) {
      this.#held = 0;
      const length = this.#source.readNow(block, this.#block);
      if (length === undefined) {
        void this.#read();
        return;
      }
      this.#hold(block, length);
    }
    this.#send();
  }

  /** Reads what is wanted, which may have become another block meanwhile. Never rejects. */
  async #read(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#held !== this.#wanted && !this.#over) {
        const block = this.#wanted;
        this.#held = 0;
        this.#hold(block, await this.#source.read(block, this.#block));
      }
    } catch (cause) {
      for (const membership of [...this.#members.values()]) membership.end(failureFor(cause));
    }
    this.#reading = false;
    if (this.#over) await this.#source.close();
    else this.#send();
  }

  #hold(block: number, length: number): void {
    this.#held = block;
    this.#length = length;
    writeBlockHeader(this.#packet, tftpOpcode.data, block);
  }

  #send(): void {
    const { port, address } = this.place;
    this.socket.send(this.#packet, 0, dataHeaderLength + this.#length, port, address);
    const now = clock();
    this.#sender.sent(this.#held, now);
    this.#timer.update(now);
  }

  #close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer.stop();
    this.socket.close();
    if (!this.#reading) void this.#source.close();
    this.#options.ended();
  }
}
