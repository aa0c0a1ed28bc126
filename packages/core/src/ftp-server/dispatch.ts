/**
 * From a command line to its handler: the gates in their order, the argument's parsing, the one-shots, and the reply for
 * whatever was thrown (RFC 959 §5.4).
 */
import {
  message,
  renderText,
  verbs,
  type CommandLine,
  type CommandLineEvent,
  type Verb,
  type VerbArguments,
  type VerbRow,
} from "../protocol/index.ts";
import { CommandError } from "./command-error.ts";
import type { CommandRow } from "./command-row.ts";
import { commands } from "./commands/index.ts";
import { replyForError } from "./reply-for-error.ts";
import type { Session } from "./session/session.ts";
import { dropDataConnection } from "./transfer/drop-data-connection.ts";
import { awaitsConnection, connectForRefusal, returnToStream } from "./transfer/netx-habits.ts";

/** First words of protocols whose clients a browser can be made to send here (ALPACA, CVE-2021-3618). */
const foreignVerbs = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "CONNECT",
  "TRACE",
  "PRI",
  "EHLO",
  "HELO",
  "LHLO",
  "MAIL",
  "RCPT",
]);

/** Verbs that a client opens a data connection for: where one is refused, the client waits for that to be closed. */
const transfers: ReadonlySet<string> = new Set(["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD"]);

/**
 * Runs a command, and replies whatever comes of it.
 *
 * @returns undefined when it is done, else a promise that is fulfilled when it is; it rejects only for a fault in here.
 */
export function dispatch(session: Session, event: CommandLineEvent): void | Promise<void> {
  const line: CommandLine =
    event.kind === "command"
      ? event.line
      : { verb: event.kind === "not-a-command" ? "" : event.verb, argument: undefined };
  if (transfers.has(line.verb)) session.dataTried = false;
  try {
    if (event.kind !== "command") throw unreadable(event.kind);
    const verb = known(line.verb);
    if (verb === undefined) throw unknown(line.verb);
    const pending = run(session, verb, line.argument);
    if (pending === undefined) {
      clearOneShots(session, verb);
      return undefined;
    }
    return pending.then(
      () => {
        clearOneShots(session, verb);
      },
      (error: unknown) => {
        clearOneShots(session, verb);
        return fail(session, line, error);
      },
    );
  } catch (error) {
    const verb = known(line.verb);
    if (verb !== undefined) clearOneShots(session, verb);
    // Whatever that line was to be, it stood between.
    else session.oneShots.clearAdjacent();
    return fail(session, line, error);
  }
}

/** How a command that comes during a transfer overtakes it; undefined when it waits behind it. */
export function overtakes(event: CommandLineEvent): "abort" | "status" | undefined {
  if (event.kind !== "command") return undefined;
  const verb = known(event.line.verb);
  const manner = verb === undefined ? undefined : commands[verb].overtakes;
  // STAT with a path is a listing, and waits as any other.
  return manner === "status" && event.line.argument !== undefined ? undefined : manner;
}

/** The verb of this name; undefined when there is none. */
export function known(name: string): Verb | undefined {
  return Object.hasOwn(verbs, name) ? (name as Verb) : undefined;
}

/** Passes the gates, parses the argument, handles. */
function run<V extends Verb>(session: Session, verb: V, text: string | undefined): void | Promise<void> {
  const wire: VerbRow<VerbArguments[V]> = verbs[verb];
  const row: CommandRow<VerbArguments[V]> = commands[verb];
  // What the same verb left goes whatever comes of this one: a refused RANG leaves the whole file (its draft, §3).
  if (wire.oneShot === "rename-from") session.oneShots.renameFrom = undefined;
  if (wire.oneShot === "restart-offset") session.oneShots.restart = 0;
  if (wire.oneShot === "range") session.oneShots.range = undefined;
  if (row.phase !== "any") {
    const { account } = session;
    if (row.ability !== undefined && account.storage[row.ability] === undefined) {
      throw new CommandError("not-supported-by-storage", message("{verb} is not supported by this storage", { verb }));
    }
    if (row.permission !== undefined) session.demand(row.permission, text ?? verb);
  }
  if (row.offered?.(session) === false) {
    throw new CommandError("not-offered", message("{verb} is not offered on this connection", { verb }));
  }
  if (row.after !== undefined && session.oneShots.renameFrom === undefined) {
    throw new CommandError("bad-sequence", message("{verb} must follow {other} directly", { verb, other: row.after }));
  }
  return row.handle(session, wire.argument.parse(text));
}

/** What verbs left for others goes once one has used it up, whatever came of that one, as the catalogue says. */
function clearOneShots(session: Session, verb: Verb): void {
  const { oneShot, uses } = verbs[verb];
  const { oneShots } = session;
  if (oneShots.renameFrom !== undefined && oneShot !== "rename-from") oneShots.renameFrom = undefined;
  // Nothing stands between SITE CPFR and SITE CPTO; SITE itself clears it.
  if (oneShots.copyFrom !== undefined && verb !== "SITE") oneShots.copyFrom = undefined;
  if (transfers.has(verb)) returnToStream(session);
  if (uses === undefined) return;
  if (uses.includes("restart")) oneShots.restart = 0;
  if (uses.includes("range")) oneShots.range = undefined;
  if (uses.includes("room")) oneShots.allocated = undefined;
}

function fail(session: Session, line: CommandLine, error: unknown): void | Promise<void> {
  if (!transfers.has(line.verb) || !awaitsConnection(session)) return refuse(session, line, error);
  return connectForRefusal(session).then((end) => {
    refuse(session, line, error);
    end();
  });
}

function refuse(session: Session, line: CommandLine, error: unknown): void {
  const { code, text, unexpected } = replyForError(error, line.verb);
  session.reply(code, text);
  if (transfers.has(line.verb)) dropDataConnection(session);
  if (unexpected === true) session.host.fault(`running ${line.verb}`, error, session.id);
  if (error instanceof CommandError && closes(error)) session.close("protocol-error");
  if (!session.host.hears("refusal")) return;
  const verb = known(line.verb);
  const secret = verb === undefined || verbs[verb].secret === true;
  const argument = line.argument === undefined ? undefined : secret ? "***" : line.argument;
  session.host.tell("refusal", { ...session.event(), verb: line.verb, argument, code, message: renderText(text) });
}

/** Refusals after which nothing more is to be expected of the peer. */
function closes(error: CommandError): boolean {
  return (
    error.kind === "foreign-protocol" || error.kind === "too-many-sessions" || error.kind === "accounts-unavailable"
  );
}

function unknown(verb: string): CommandError {
  if (foreignVerbs.has(verb)) return new CommandError("foreign-protocol", message("This is FTP; goodbye"));
  return new CommandError("unknown-verb", message("{verb} is not understood; HELP lists what is", { verb }));
}

function unreadable(kind: "too-long" | "not-a-command" | "not-in-charset"): CommandError {
  switch (kind) {
    case "too-long":
      return new CommandError("line-too-long", message("The command line is too long"));
    case "not-a-command":
      return new CommandError("not-a-command", message("This is no command; HELP lists what is understood"));
    case "not-in-charset":
      return new CommandError("not-in-charset", message("The name is not in this server's charset"));
  }
}
