/** One client's part in a group, as its request sees it: what a transfer of its own would be otherwise. */
import type { RemoteInfo, Socket } from "node:dgram";
import {
  formatMulticastAnswer,
  formatOptionAcknowledgment,
  noCounts,
  type MulticastGroup,
  type RetransmissionOptions,
  type TftpGroupMember,
  type TftpGroupMemberOptions,
  type TftpOption,
} from "../../../protocol/index.ts";
import { tellFailure, type SendPacket, type TransferEnd, type TransferFailure } from "../../transfer/transfer.ts";

/** What a client brings along. */
export interface JoiningClient extends RetransmissionOptions {
  readonly peer: RemoteInfo;
  readonly firstRetries: number;
  /** Of the OACK, multicast among them. */
  readonly options: readonly TftpOption[];
  /** Sends to the client by the group's socket. */
  readonly sender: (socket: Socket) => SendPacket;
  /** The transfer may have gone on. */
  readonly progress: () => void;
}

/** What a membership needs of its group. */
export interface MembershipHost {
  readonly socket: Socket;
  readonly place: MulticastGroup;
  /** Octets of the first so many blocks. */
  octetsOf(blocks: number): number;
  receive(membership: GroupMembership, packet: Uint8Array): void;
  repeat(membership: GroupMembership): void;
  leave(membership: GroupMembership): void;
}

/** One client's part. */
export class GroupMembership {
  /** Settles when the client has the file or is given up; it never rejects. */
  readonly finished: Promise<TransferEnd>;
  readonly key: string;
  /** What the group's machine is told of the client. */
  readonly options: TftpGroupMemberOptions;
  /** The client as the group's machine keeps it; set as soon as it joined. */
  member: TftpGroupMember | undefined;
  readonly #group: MembershipHost;
  readonly #send: SendPacket;
  readonly #client: JoiningClient;
  #over = false;
  #settle: ((end: TransferEnd) => void) | undefined;

  constructor(group: MembershipHost, client: JoiningClient) {
    this.#group = group;
    this.#client = client;
    this.key = keyOf(client.peer);
    this.#send = client.sender(group.socket);
    this.finished = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const acknowledgments = [false, true].map((master) => this.#acknowledgment(master));
    this.options = {
      ...client,
      acknowledge: (master) => {
        const packet = acknowledgments[master ? 1 : 0] ?? new Uint8Array(0);
        this.#send(packet, packet.length);
      },
      ended: (failure) => this.end(failure),
    };
  }

  /** Whether it is over. */
  get over(): boolean {
    return this.#over;
  }

  /** Whether the client answered at all. */
  get heard(): boolean {
    return this.member?.heard === true;
  }

  /** Octets that the client acknowledged. */
  get octets(): number {
    return this.#group.octetsOf(this.member?.acknowledged ?? 0);
  }

  /** A packet of the client came. */
  receive(packet: Uint8Array): void {
    this.#group.receive(this, packet);
    if (!this.#over) this.#client.progress();
  }

  /** The request came again: the OACK was lost. */
  repeatFirst(): void {
    this.#group.repeat(this);
  }

  /** Gives up: the client is told. */
  abort(message: string, cause?: unknown): void {
    this.end({ kind: "aborted", message, cause });
  }

  /** The client has the file, or is given up. */
  end(failure: TransferFailure | undefined): void {
    if (this.#over) return;
    this.#over = true;
    if (failure !== undefined) tellFailure(failure, this.heard, this.#send);
    this.#group.leave(this);
    const { member, octets } = this;
    this.#settle?.({ failure, octets, counts: member?.counts ?? noCounts(), roundTrip: member?.timer.roundTrip });
  }

  #acknowledgment(master: boolean): Uint8Array {
    const answer = formatMulticastAnswer({ group: this.#group.place, master });
    return formatOptionAcknowledgment(
      this.#client.options.map(([name, value]) => [name, name === "multicast" ? answer : value]),
    );
  }
}

/** By what a group knows a client. */
export function keyOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address} ${port}`;
}
