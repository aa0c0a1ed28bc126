/** The end of a connection that is no failure: the peer is to read what it was sent, and what was said of it elsewhere. */
import type { Socket } from "node:net";

/**
 * Ends our side of a connection. What the peer still sends is dropped until it ends its own side: to close with its bytes
 * unread would reset the connection, and a reset overtakes what the peer has not read yet.
 *
 * @param within - Milliseconds after which the connection is closed whatever the peer does.
 * @param ended - Called once, when our end is with the system or cannot be sent any more.
 */
export function endGently(socket: Socket, within: number, ended?: () => void): void {
  socket.end(() => ended?.());
  if (socket.destroyed) return;
  socket.on("error", ignore);
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), within);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
}

function ignore(): void {
  // A peer that closed without a look at our end resets the connection, which is over anyway.
}
