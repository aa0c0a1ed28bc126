/** The data connection of a transfer that was refused. */
import type { Session } from "../session/session.ts";

/**
 * Closes a passive data connection that a refused transfer has left: clients wait for that, some of them for minutes. Where
 * none has come yet, the port keeps waiting for one, since PASV is not used up.
 */
export function dropDataConnection(session: Session): void {
  const { endpoint, dataPeer } = session;
  if (endpoint.end !== "passive" || !endpoint.arming.connected) return;
  endpoint.arming.refuse(dataPeer, session.host.options.limits.closeTimeout);
  session.moveEndpoint({ event: "used" });
}
