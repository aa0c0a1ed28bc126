/**
 * What clients of NetX Duo need of a server beyond the codes that their documents tell (`replies: "netx"`), as seen with the
 * client of 6.4.2.
 *
 * - They send MODE B before each transfer in blocks, and MODE S never: their own server goes back to stream mode by itself.
 * - In active mode they accept the data connection before they read a reply, and give up without having read any where none
 *   comes. From then on each of their services would take the reply to the one before for its own.
 * - A listing of no octets leaves its completion reply unread, with the same result.
 */
import type { Socket } from "node:net";
import { endGently } from "../../net/index.ts";
import { message } from "../../protocol/index.ts";
import { StorageError } from "../../storage/index.ts";
import type { Listing } from "../listing/listing.ts";
import type { Session } from "../session/session.ts";
import { dialClient } from "./transfer.ts";

/** Goes back to stream mode after a transfer in blocks, whatever came of it. */
export function returnToStream(session: Session): void {
  if (session.host.options.replies !== "netx" || session.parameters.mode !== "B") return;
  session.moveParameters({ event: "mode", mode: "S" });
}

/** Whether a client waits for an active data connection, and reads nothing before that. */
export function awaitsConnection(session: Session): boolean {
  return (
    session.host.options.replies === "netx" &&
    session.login.state === "in" &&
    session.endpoint.end === "active" &&
    session.protection.level === "clear" &&
    !session.dataTried &&
    !session.over
  );
}

/**
 * Makes the data connection of a transfer that is refused.
 *
 * @returns Ends it, to be called behind the reply. Never rejects: who cannot be connected to is replied to all the same.
 */
export async function connectForRefusal(session: Session): Promise<() => void> {
  let socket: Socket;
  try {
    socket = await dialClient(session);
  } catch {
    return () => undefined;
  }
  return () => endGently(socket, session.host.options.limits.closeTimeout);
}

/** What NetX Duo's own server tells of an empty directory, unless that is the root. */
const entriesOfEmpty = ".\r\n..\r\n";

/**
 * A listing that has an octet at least.
 *
 * @throws StorageError `not-found` where a pattern matches nothing.
 */
export async function neverEmpty(listing: Listing): Promise<Listing> {
  const pieces = listing.pieces();
  let first = "";
  while (first === "") {
    const next = await pieces.next();
    if (next.done === true) break;
    first = next.value;
  }
  if (first === "" && listing.ofMatches === true) {
    const { path } = listing;
    throw new StorageError("not-found", message("{path}: no such file or directory", { path }), { path });
  }
  return { ...listing, pieces: () => follow(first === "" ? entriesOfEmpty : first, pieces) };
}

async function* follow(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}
