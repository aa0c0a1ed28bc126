/** What a session has done so far, for the event of its end. */
import type { SessionEndEvent } from "../events.ts";

/** Counts of one session. */
export class SessionTally {
  /** The account that was logged in last: it is logged out before the session's end is told. */
  account: string | undefined;
  #sent = 0;
  #received = 0;

  /** A transfer is over, whole or not. @param bytes - Bytes that moved over its data connection. */
  add(direction: "upload" | "download" | "listing", bytes: number): void {
    if (direction === "upload") this.#received += bytes;
    else this.#sent += bytes;
  }

  /** What the event tells of it. */
  told(): Pick<SessionEndEvent, "account" | "bytesSent" | "bytesReceived"> {
    return { account: this.account, bytesSent: this.#sent, bytesReceived: this.#received };
  }
}
