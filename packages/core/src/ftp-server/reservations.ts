/**
 * Reserve and release: how limits and quotas of an application hold, over processes and machines where it likes.
 *
 * Both are asynchronous from the first day. What was reserved is released exactly once, whatever ends it.
 */
import type { Account, ConnectionInfo } from "../accounts/index.ts";

/** What is about to begin. */
export type ReservationRequest =
  | { readonly kind: "session"; readonly connection: ConnectionInfo }
  | { readonly kind: "login"; readonly connection: ConnectionInfo; readonly account: Account }
  | {
      readonly kind: "transfer";
      readonly connection: ConnectionInfo;
      readonly account: Account;
      readonly direction: "upload" | "download" | "listing";
      readonly path: string;
      /** Octets that will move, where that is known beforehand. */
      readonly expectedBytes: number | undefined;
    };

/** How it ended. */
export interface ReservationUse {
  /** Octets that moved; 0 for sessions and logins. */
  readonly bytes: number;
  /** Whether a transfer was completed. True for sessions and logins. */
  readonly complete: boolean;
}

/** Something that was reserved. */
export interface Reservation {
  /** Gives it back. What it throws is told by the server's `error` event. */
  release(use: ReservationUse): void | Promise<void>;
}

/** A reservation that was refused. */
export interface ReservationRefusal {
  readonly refused: true;
  /** Text for the reply. */
  readonly message: string;
}

/** The application's limits. */
export interface Reservations {
  /**
   * Asks before a session, a login or a transfer begins.
   *
   * @returns A reservation, or a refusal: a session and a login are answered 421 and 530, a transfer 450.
   */
  reserve(request: ReservationRequest): Reservation | ReservationRefusal | Promise<Reservation | ReservationRefusal>;
}

/** Whether a reservation was refused. */
export function isReservationRefusal(answer: Reservation | ReservationRefusal): answer is ReservationRefusal {
  return "refused" in answer;
}
