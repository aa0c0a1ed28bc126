/** SITE IDLE and SITE WHO: the session's own patience, and who else is there. */
import { message, replyCode, type Message, type Text } from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";

/** SITE IDLE: in seconds, up to `limits.idleTimeoutMax`, or the server's own time where that is longer. */
export const siteIdle: CommandRow<number | undefined> = {
  handle(session, seconds) {
    const { idleTimeout, idleTimeoutMax } = session.host.options.limits;
    const most = Math.max(idleTimeout, idleTimeoutMax) / 1000;
    if (seconds !== undefined) {
      if (seconds > most) {
        throw new CommandError(
          "parameter-not-implemented",
          message("At most {most} seconds are granted", { most: Math.floor(most) }),
        );
      }
      session.idleTimeout = seconds * 1000;
    }
    const now = session.idleTimeout / 1000;
    session.reply(
      replyCode.commandOkay,
      message("Idle sessions end after {now} seconds; at most {most}", { now, most: Math.floor(most) }),
    );
  },
};

/** Sessions that SITE WHO tells of, at most. */
const sessionsTold = 1_000;

/** SITE WHO: for accounts that may see it. */
export const siteWho: CommandRow<undefined> = {
  handle(session) {
    if (session.account.seesSessions !== true) {
      throw new CommandError("permission-denied", message("{what}: permission denied", { what: "SITE WHO" }));
    }
    const lines: Text[] = [];
    let more = 0;
    for (const other of session.host.sessions()) {
      if (lines.length < sessionsTold) lines.push(lineOf(other, performance.now()));
      else more++;
    }
    if (more > 0) lines.push(message(" (and {more} more)", { more }));
    session.reply(replyCode.systemStatus, [message("Sessions:"), ...lines, message("End of sessions")]);
  },
};

function lineOf(session: Session, now: number): Message {
  const { id, login, connection, transfer, transferred } = session;
  const { address } = connection.remote;
  const who = login.state === "in" ? login.account.name : message("(not logged in)");
  const doing =
    transfer.state === "none"
      ? message("idle")
      : message("{verb} {path}, {octets} octets so far", {
          verb: transfer.verb,
          path: transfer.path,
          octets: transferred,
        });
  const seconds = Math.round((now - session.started) / 1000);
  return message(" {id} {who} from {address}, {seconds} seconds: {doing}", { id, who, address, seconds, doing });
}
