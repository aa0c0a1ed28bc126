/** AUTH, PBSZ, PROT, CCC: secure FTP (RFC 2228 §3, RFC 4217 §4, §5, §9); SSCN: the same between servers. */
import { message, replyCode, type AuthMechanism, type ProtectionLevel } from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";
import { beginTls, endTls } from "../session/session-tls.ts";

/**
 * AUTH: TLS from the octet after the reply. `SSL` is taken for `TLS`: data stays in the clear until PROT; `TLS-P` makes
 * it private at once. A login in the clear is forgotten: whoever holds the secured connection has yet to say who it is.
 */
export const auth: CommandRow<AuthMechanism> = {
  phase: "any",
  offered: (session) => session.host.tls?.implicit === false,
  async handle(session, mechanism) {
    if (session.tls !== undefined)
      throw new CommandError("bad-sequence", message("This connection is under TLS already"));
    if (session.login.state === "in") {
      await session.logOut("reinitialised");
      session.reinitialise();
    }
    session.moveLogin({ event: "reinitialised" });
    session.reply(replyCode.securityExchangeComplete, message("Begin TLS"));
    await beginTls(session, mechanism === "TLS-P" ? "private" : "clear");
  },
};

/** PBSZ: TLS cuts its own records, so that 0 is the answer to every wish (RFC 4217 §9). */
export const pbsz: CommandRow<number> = {
  phase: "any",
  offered: (session) => session.host.tls !== undefined,
  handle(session) {
    demandTls(session);
    session.moveProtection({ event: "buffer-set" });
    session.reply(replyCode.commandOkay, "PBSZ=0");
  },
};

/** PROT: C or P. */
export const prot: CommandRow<ProtectionLevel> = {
  phase: "any",
  offered: (session) => session.host.tls !== undefined,
  handle(session, level) {
    demandTls(session);
    if (!session.protection.bufferSet) throw new CommandError("bad-sequence", message("Send PBSZ 0 first"));
    if (level === "S" || level === "E") {
      throw new CommandError("protection-not-supported", message("The levels are C and P"));
    }
    if (level === "C" && session.tlsPolicy?.requireForData === true) {
      throw new CommandError("denied-by-policy", message("Data connections must be private here"));
    }
    session.moveProtection({ event: "chosen", level: level === "P" ? "private" : "clear" });
    session.reply(
      replyCode.commandOkay,
      level === "P" ? message("Data is private from now on") : message("Data goes in clear from now on"),
    );
  },
};

/** CCC: the control connection goes on in the clear, where that is allowed; data connections are as PROT says. */
export const ccc: CommandRow<undefined> = {
  offered: (session) => session.host.tls !== undefined,
  async handle(session) {
    if (!session.connection.secure) {
      throw new CommandError("protection-denied", message("The control connection is in the clear already"));
    }
    if (session.tlsPolicy?.clearCommandChannel !== true || session.tls?.canClear !== true) {
      throw new CommandError("denied-by-policy", message("The control connection stays under TLS here"));
    }
    session.reply(replyCode.commandOkay, message("The control connection goes on in clear"));
    await endTls(session);
  },
};

/**
 * SSCN: which end of TLS this server is on data connections (RFC 4217 §7 makes it the server; two servers cannot both be).
 * Of a peer that is another server nothing is proved: see `TlsServerSession.secureAsClient`.
 */
export const sscn: CommandRow<"ON" | "OFF" | undefined> = {
  offered: (session) => session.host.tls !== undefined,
  feature: (session) => (tellsOfForeignData(session) ? "SSCN" : undefined),
  handle(session, wanted) {
    session.demandForeignData();
    demandTls(session);
    if (wanted !== undefined) session.moveProtection({ event: "end-chosen", asClient: wanted === "ON" });
    session.reply(replyCode.commandOkay, `SSCN:${session.protection.asClient ? "CLIENT" : "SERVER"} METHOD`);
  },
};

/** Whether FEAT tells of transfers between servers: before the login, whether it does so to most. */
export function tellsOfForeignData(session: Session): boolean {
  return session.login.state === "in" ? session.allowsForeignData : session.host.options.allowForeignData;
}

/** @throws CommandError `bad-sequence` before TLS. */
export function demandTls(session: Session): void {
  if (session.tls === undefined) throw new CommandError("bad-sequence", message("Begin TLS by AUTH TLS first"));
}
