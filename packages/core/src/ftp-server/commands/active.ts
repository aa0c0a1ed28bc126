/** PORT, EPRT and LPRT (RFC 959 §4.1.2, RFC 2428 §2, RFC 1639): the peer's own address only, no port below 1024 (RFC 2577 §3). */
import { message, normaliseAddress, replyCode, type DataAddress } from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";

/** PORT: an IPv4 address and port. */
export const port: CommandRow<DataAddress> = { handle: setPort };

/** EPRT: an address and port of either family. */
export const eprt: CommandRow<DataAddress> = { handle: setPort };

/** LPRT: an address and port of either family, octet by octet. */
export const lprt: CommandRow<DataAddress> = { handle: setPort };

function setPort(session: Session, wanted: DataAddress): void {
  refuseAfterEpsvAll(session);
  const peer = session.connection.remote.address;
  const address = normaliseAddress(wanted.address);
  const { options } = session.host;
  if (address !== peer && !session.allowsForeignData) {
    throw new CommandError("foreign-address", message("Data connections go to {peer} only, where you are", { peer }));
  }
  if (wanted.port === 0 || (wanted.port < 1024 && !options.allowPrivilegedPorts)) {
    throw new CommandError("foreign-address", message("Data connections go to ports from 1024 on only"));
  }
  session.moveEndpoint({ event: "port", address: { ...wanted, address } });
  session.reply(replyCode.commandOkay, message("Data port noted"));
}

/** @throws CommandError after EPSV ALL (RFC 2428 §4). */
export function refuseAfterEpsvAll(session: Session): void {
  if (session.extendedPassiveOnly) {
    throw new CommandError("extended-passive-only", message("After EPSV ALL only EPSV sets up data connections"));
  }
}
