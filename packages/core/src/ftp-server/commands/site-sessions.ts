/** SITE IDLE and SITE WHO: the session's own patience, and who else is there. */
import { replyCode } from "../../protocol/index.ts";
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
        throw new CommandError("parameter-not-implemented", `At most ${Math.floor(most)} seconds are granted`);
      }
      session.idleTimeout = seconds * 1000;
    }
    const now = session.idleTimeout / 1000;
    session.reply(replyCode.commandOkay, `Idle sessions end after ${now} seconds; at most ${Math.floor(most)}`);
  },
};

/** Sessions that SITE WHO tells of, at most. */
const sessionsTold = 1_000;

/** SITE WHO: for accounts that may see it. */
export const siteWho: CommandRow<undefined> = {
  handle(session) {
    if (session.account.seesSessions !== true) {
      throw new CommandError("permission-denied", "SITE WHO: permission denied");
    }
    const lines: string[] = [];
    let more = 0;
    for (const other of session.host.sessions()) {
      if (lines.length < sessionsTold) lines.push(lineOf(other, Date.now()));
      else more++;
    }
    if (more > 0) lines.push(` (and ${more} more)`);
    session.reply(replyCode.systemStatus, ["Sessions:", ...lines, "End of sessions"]);
  },
};

function lineOf(session: Session, now: number): string {
  const { login, connection, transfer } = session;
  const who = login.state === "in" ? login.account.name : "(not logged in)";
  const doing =
    transfer.state === "none" ? "idle" : `${transfer.verb} ${transfer.path}, ${session.transferred} octets so far`;
  const seconds = Math.round((now - session.started) / 1000);
  return ` ${session.id} ${who} from ${connection.remote.address}, ${seconds} seconds: ${doing}`;
}
