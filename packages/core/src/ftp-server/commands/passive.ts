/** PASV, EPSV and LPSV (RFC 959 §4.1.2, RFC 2428 §3, RFC 1639), and CPSV. */
import { isIP } from "node:net";
import {
  formatExtendedPassiveAnswer,
  formatLongPassiveAnswer,
  formatPassiveAnswer,
  message,
  replyCode,
  type ExtendedPassiveWish,
} from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";
import { refuseAfterEpsvAll } from "./active.ts";
import { demandTls, tellsOfForeignData } from "./security.ts";

/** PASV: IPv4 only; it has no room for another address. */
export const pasv: CommandRow<undefined> = {
  handle: (session) => answerPassive(session, false),
};

/** CPSV: PASV for a peer that is a server too, so that this one is TLS's client on the connection. */
export const cpsv: CommandRow<undefined> = {
  offered: (session) => session.host.tls !== undefined,
  feature: (session) => (tellsOfForeignData(session) ? "CPSV" : undefined),
  handle(session) {
    session.demandForeignData();
    demandTls(session);
    return answerPassive(session, true);
  },
};

async function answerPassive(session: Session, asClient: boolean): Promise<void> {
  refuseAfterEpsvAll(session);
  const { local, remote } = session.connection;
  if (isIP(local.address) !== 4) {
    throw new CommandError(
      "protocol-not-supported",
      asClient ? message("CPSV is for IPv4; use SSCN ON and EPSV (1,2)") : message("PASV is for IPv4; use EPSV (1,2)"),
    );
  }
  const address = (await session.host.externalAddress(remote.address)) ?? local.address;
  const port = await arm(session, asClient);
  session.reply(replyCode.passiveMode, formatPassiveAnswer({ family: 4, address, port }));
}

/** EPSV: the family of the control connection; `EPSV ALL` ends every other way (RFC 2428 §4). */
export const epsv: CommandRow<ExtendedPassiveWish | undefined> = {
  async handle(session, wish) {
    if (wish !== undefined && "all" in wish) {
      session.extendedPassiveOnly = true;
      session.reply(replyCode.commandOkay, message("Only EPSV sets up data connections from now on"));
      return;
    }
    const own = isIP(session.connection.local.address) === 6 ? 2 : 1;
    if (wish !== undefined && wish.family !== own) {
      throw new CommandError(
        "protocol-not-supported",
        message("This connection's network protocol is another: use ({protocol})", { protocol: own }),
      );
    }
    session.reply(replyCode.extendedPassiveMode, formatExtendedPassiveAnswer(await arm(session, false)));
  },
};

/** LPSV: the family of the control connection, with the address. */
export const lpsv: CommandRow<undefined> = {
  async handle(session) {
    refuseAfterEpsvAll(session);
    const { local, remote } = session.connection;
    const family = isIP(local.address) === 6 ? 6 : 4;
    const external = family === 4 ? await session.host.externalAddress(remote.address) : undefined;
    const port = await arm(session, false);
    const answer = formatLongPassiveAnswer({ family, address: external ?? local.address, port });
    session.reply(replyCode.longPassiveMode, answer);
  },
};

async function arm(session: Session, asClient: boolean): Promise<number> {
  // A port that an earlier PASV armed and nobody used goes back first: one session holds one at most.
  session.moveEndpoint({ event: "reset" });
  const peer = session.allowsForeignData ? undefined : session.dataPeer;
  const arming = await session.host.passivePorts.arm(peer, session);
  if (session.over) {
    arming.release();
    throw new CommandError("transfer-aborted", message("The session is closed"));
  }
  session.moveEndpoint({ event: "armed", arming, asClient });
  return arming.port;
}
