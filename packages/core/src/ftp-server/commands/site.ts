/** SITE (RFC 959 §4.1.3): a word of this server's own, with an argument of its own. */
import {
  message,
  replyCode,
  siteVerbNames,
  siteVerbs,
  type SiteVerb,
  type SiteVerbArguments,
  type VerbRow,
} from "../../protocol/index.ts";
import { CommandError } from "../command-error.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";
import { columns } from "./help.ts";
import { siteChmod, siteUmask, siteUtime } from "./site-attributes.ts";
import { siteCopy, siteCopyFrom, siteCopyTo } from "./site-copy.ts";
import { siteIdle, siteWho } from "./site-sessions.ts";
import { siteSymlink } from "./site-symlink.ts";

/** SITE HELP. */
const siteHelp: CommandRow<string | undefined> = {
  handle(session, topic) {
    const name = topic?.trim().toUpperCase();
    const verb = name === undefined ? undefined : siteVerbNames.find((known) => known === name);
    if (verb === undefined) {
      session.reply(replyCode.helpMessage, [
        message("These SITE commands are understood:"),
        ...columns(siteVerbNames, 8),
        message("SITE HELP <command> tells more"),
      ]);
      return;
    }
    const { argument, summary } = siteVerbs[verb];
    session.reply(
      replyCode.helpMessage,
      message("SITE {verb} {syntax}: {summary}", { verb, syntax: argument.syntax, summary: message(summary) }),
    );
  },
};

/** The server's half of every SITE command. */
const siteCommands: { readonly [V in SiteVerb]: CommandRow<SiteVerbArguments[V]> } = {
  CHMOD: siteChmod,
  UMASK: siteUmask,
  UTIME: siteUtime,
  SYMLINK: siteSymlink,
  COPY: siteCopy,
  CPFR: siteCopyFrom,
  CPTO: siteCopyTo,
  IDLE: siteIdle,
  WHO: siteWho,
  HELP: siteHelp,
};

/** SITE: hands over to the command it names, through the same gates. */
export const site: CommandRow<string> = {
  handle(session, text) {
    const space = text.indexOf(" ");
    const name = (space === -1 ? text : text.slice(0, space)).toUpperCase();
    const verb = siteVerbNames.find((known) => known === name);
    // CPFR holds for the next command alone, and to the dispatcher every SITE command is the same one.
    if (name !== "CPTO") session.oneShots.copyFrom = undefined;
    if (verb === undefined) {
      throw new CommandError(
        "parameter-not-implemented",
        message("SITE {name} is not understood; SITE HELP lists what is", { name }),
      );
    }
    return run(session, verb, space === -1 ? undefined : text.slice(space + 1));
  },
};

function run<V extends SiteVerb>(session: Session, verb: V, text: string | undefined): void | Promise<void> {
  const wire: VerbRow<SiteVerbArguments[V]> = siteVerbs[verb];
  const row: CommandRow<SiteVerbArguments[V]> = siteCommands[verb];
  if (row.ability !== undefined && session.account.storage[row.ability] === undefined) {
    throw new CommandError(
      "not-supported-by-storage",
      message("SITE {verb} is not supported by this storage", { verb }),
    );
  }
  if (row.permission !== undefined) session.demand(row.permission, `SITE ${verb}`);
  return row.handle(session, wire.argument.parse(text));
}
