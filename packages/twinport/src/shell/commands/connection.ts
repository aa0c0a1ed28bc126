/** Connecting, logging in, and leaving. */
import { userInfo } from "node:os";
import { FtpReplyError, type FtpUrl } from "@twinport/core/ftp-client";
import { interruption, printable, UsageError } from "../../exit-codes.ts";
import { isUrl } from "../../remote/session.ts";
import { findBookmark } from "../bookmarks.ts";
import { neededAt, optionValue, textAt, type Given, type ShellCommand } from "../command.ts";
import { session, type CommandContext } from "../context.ts";
import { LeaveShell, runMacro } from "../interpret.ts";
import { readNumber } from "../settings.ts";
import { isLoginRefusal } from "../shell.ts";
import { readTarget } from "../target.ts";

/** Connects to a server and logs in, as `open` does; changes to the folder of the URL, and runs the macro `init`. */
export async function openSite(context: CommandContext, url: FtpUrl): Promise<void> {
  const { shell, place, signal } = context;
  const { site } = place;
  try {
    const client = await site.open(url, place.settings, signal);
    const how = client.secure ? "with TLS" : "in clear";
    context.say(`Connected to ${printable(url.host)} as ${printable(site.user ?? "")}, ${how}`);
    if (url.path !== "") await site.changeTo(client, url.path, signal);
  } catch (error) {
    if (isLoginRefusal(error)) shell.forgetPasswords();
    throw error;
  }
  for (const [name, lines] of await shell.netrcMacros(url.host)) shell.macros.set(name, lines);
  const init = shell.macros.get("init");
  if (init !== undefined) await runMacro(init, "init", context);
}

async function open(context: CommandContext, given: Given): Promise<void> {
  const text = neededAt(given, 0);
  const [user, password] = splitUser(optionValue(given, "-u"));
  const portText = optionValue(given, "-p") ?? textAt(given, 1);
  const port = portText === undefined ? undefined : readNumber(portText, 1, 65_535);
  const bookmark = isUrl(text) ? undefined : await findBookmark(text);
  const url = readTarget(bookmark ?? text, { user, password, port });
  const asks = !isUrl(text) && bookmark === undefined && url.user === undefined;
  await openSite(context, asks ? await askUser(context, url) : url);
}

function splitUser(text: string | undefined): [string | undefined, string | undefined] {
  const comma = text?.indexOf(",") ?? -1;
  return text === undefined || comma === -1 ? [text, undefined] : [text.slice(0, comma), text.slice(comma + 1)];
}

/** A host without a user: who it is to be is asked, unless `.netrc` knows. */
async function askUser({ asker, shell }: CommandContext, url: FtpUrl): Promise<FtpUrl> {
  if (asker === undefined) return url;
  const { user = "anonymous" } = await shell.sessionOptions(url, false);
  if (user !== "anonymous") return url;
  const answer = await asker.line(`Name (${printable(url.host)}:anonymous; you are ${userInfo().username}): `);
  if (answer === undefined) throw new Error(interruption);
  return { ...url, user: answer.trim() === "" ? "anonymous" : answer.trim() };
}

async function user(context: CommandContext, given: Given): Promise<void> {
  const { shell, place, signal } = context;
  const account = textAt(given, 2);
  shell.forgetPasswords();
  const client = await place.site.openAs(neededAt(given, 0), textAt(given, 1), place.settings, signal);
  if (account !== undefined) await acct(context, account);
  context.say(`Logged in as ${printable(place.site.user ?? "")}, ${client.secure ? "with TLS" : "in clear"}`);
}

async function acct(context: CommandContext, account: string): Promise<void> {
  const reply = await (await session(context)).raw(`ACCT ${account}`, { signal: context.signal });
  if (reply.code >= 300) throw new FtpReplyError("Giving the account", reply, "ACCT");
}

async function close({ place, shell }: CommandContext): Promise<void> {
  if (place.site.client === undefined) throw new UsageError("Not connected");
  await place.site.close();
  shell.forgetPasswords();
}

/** Leaves; with jobs under way only when it is said twice, for they would be waited for. */
function quit(context: CommandContext, given: Given): void {
  const { shell } = context;
  const code = textAt(given, 0);
  const jobs = shell.jobs.list.length;
  if (jobs > 0 && shell.interactive && !shell.warnedOfJobs) {
    shell.warnedOfJobs = true;
    context.say(`Jobs that have not ended: ${jobs}, see jobs. Leave again to end them.`);
    return;
  }
  if (shell.interactive) shell.jobs.kill(shell.jobs.list.map(({ id }) => id));
  throw new LeaveShell(code === undefined ? 0 : readNumber(code, 0, 255));
}

async function reset(context: CommandContext): Promise<void> {
  const { site, settings } = context.place;
  const client = await session(context);
  const settled = await client.noop({ signal: context.signal }).then(
    () => true,
    () => false,
  );
  if (settled) return context.say("Commands and replies are in step");
  client.destroy();
  await site.session(settings, context.signal);
}

const opening: Omit<ShellCommand, "name"> = {
  summary: "connect to a server and log in",
  arguments: [
    { name: "to", kind: "bookmark" },
    { name: "port", kind: "text", optional: true },
  ],
  options: [
    { flag: "-u", value: "user[,password]", summary: "who logs in" },
    { flag: "-p", value: "port", summary: "the port" },
  ],
  details: `It is a URL, [user@]host[:port], or a bookmark. ftp:// is with TLS where the server
has it, ftpes:// and ftps:// always. Passwords come from TWINPORT_PASSWORD,
~/.netrc or a question; better not from the command.`,
  foreground: true,
  run: open,
};
const leaving: Omit<ShellCommand, "name"> = {
  summary: "end the shell",
  arguments: [{ name: "exit-code", kind: "text", optional: true }],
  foreground: true,
  run: quit,
};
const closing: Omit<ShellCommand, "name"> = {
  summary: "end the connection",
  arguments: [],
  foreground: true,
  run: close,
};

/** The commands. */
export const connectionCommands: readonly ShellCommand[] = [
  { name: "open", ...opening },
  { name: "ftp", ...opening },
  { name: "close", ...closing },
  { name: "disconnect", ...closing },
  { name: "bye", ...leaving },
  { name: "exit", ...leaving },
  { name: "quit", ...leaving },
  {
    name: "user",
    summary: "log in as another user",
    arguments: [
      { name: "user", kind: "text" },
      { name: "password", kind: "text", optional: true },
      { name: "account", kind: "text", optional: true },
    ],
    details: "In a session of its own. The password is asked for when it is not given.",
    foreground: true,
    run: user,
  },
  {
    name: "account",
    summary: "give the server the name of an account (ACCT)",
    arguments: [{ name: "account", kind: "text" }],
    run: (context, given) => acct(context, neededAt(given, 0)),
  },
  {
    name: "reset",
    summary: "bring commands and replies back into step, or connect again",
    arguments: [],
    run: reset,
  },
];
