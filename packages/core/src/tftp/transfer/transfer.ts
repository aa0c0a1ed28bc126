/** What a transfer that runs has: its machine's clock, its end, and the way to its peer. */
import { formatError, type TftpCounts, type TftpFailure } from "../../protocol/index.ts";
import { refusalFor } from "./error-codes.ts";

/** Sends one packet to the peer. The memory may change once a later packet is sent. */
export type SendPacket = (memory: Uint8Array, length: number) => void;

/** How a transfer ended. */
export interface TransferEnd {
  /** Undefined when the file is whole. */
  readonly failure: TransferFailure | undefined;
  /** Octets that moved in order. */
  readonly octets: number;
  readonly counts: TftpCounts;
  /** The estimate of the round trip, in milliseconds. */
  readonly roundTrip: number | undefined;
}

/** Why a transfer failed: what the machine says, or this end's own trouble. */
export type TransferFailure =
  | TftpFailure
  /** The file could not be read or written. */
  | { readonly kind: "file"; readonly message: string; readonly cause: unknown }
  /** It was given up here. */
  | { readonly kind: "aborted"; readonly message: string; readonly cause?: unknown };

/** The part of a machine that the clock needs. */
interface Machine {
  readonly deadline: number | undefined;
  expire(now: number): void;
}

/** Milliseconds of one clock. */
export const clock = (): number => performance.now();

/**
 * Wakes a machine at its deadline. Deadlines move with every packet, so a timer that fires too early looks again: that is
 * cheaper than a new timer a packet.
 */
export class DeadlineTimer {
  readonly #machine: Machine;
  readonly #expired: () => void;
  readonly #keepsAlive: () => boolean;
  #timer: NodeJS.Timeout | undefined;
  #due = Infinity;

  /** @param expired - Called after the machine's deadline passed. @param keepsAlive - Whether the process is to wait. */
  constructor(machine: Machine, expired: () => void, keepsAlive: () => boolean) {
    this.#machine = machine;
    this.#expired = expired;
    this.#keepsAlive = keepsAlive;
  }

  /** The deadline may have moved. */
  update(now: number): void {
    const { deadline } = this.#machine;
    if (deadline === undefined || deadline >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = deadline;
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, Math.ceil(deadline - now)));
    if (!this.#keepsAlive()) this.#timer.unref();
  }

  /** Nothing is to be woken any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = Infinity;
  }

  #wake(): void {
    this.#due = Infinity;
    const now = clock();
    const { deadline } = this.#machine;
    if (deadline !== undefined && deadline <= now) {
      this.#machine.expire(now);
      this.#expired();
    }
    this.update(now);
  }
}

/**
 * Sends ERROR, where the failure is one that the peer does not know of. An ERROR is never answered, and an address that
 * may be forged is not told that it was silent.
 *
 * @param proven - Whether the peer is known to be where its packets say.
 */
export function tellFailure(failure: TransferFailure, proven: boolean, send: SendPacket): void {
  if (failure.kind === "peer-error" || (failure.kind === "timeout" && !proven)) return;
  const code =
    failure.kind === "protocol" ? failure.code : failure.kind === "file" ? refusalFor(failure.cause).code : 0;
  const packet = formatError(code, failure.message);
  send(packet, packet.length);
}
