/** What a server tells of itself, and commands as they are. */
import { FtpReplyError } from "@twinport/core/ftp-client";
import { printable } from "../../exit-codes.ts";
import { neededAt, textAt, type Given, type ShellCommand } from "../command.ts";
import { session, type CommandContext } from "../context.ts";
import { readNumber } from "../settings.ts";

/** Sends a command, and shows its reply. @throws FtpReplyError for a reply of 4xx or 5xx. */
async function ask(context: CommandContext, command: string): Promise<void> {
  const client = await session(context);
  const reply = await client.raw(command, { signal: context.signal });
  const [verb = ""] = command.split(" ");
  if (reply.code >= 400) throw new FtpReplyError(`Sending ${verb.toUpperCase()}`, reply, verb.toUpperCase());
  await context.output.write(reply.lines.map((line) => `${reply.code} ${printable(line)}\n`).join(""));
}

/** A command, and what of the arguments comes behind it. */
function asking(verb: string): ShellCommand["run"] {
  return (context: CommandContext, given: Given) => {
    const text = given.words.map((word) => word.text).join(" ");
    return ask(context, text === "" ? verb : `${verb} ${text}`);
  };
}

async function quote(context: CommandContext, given: Given): Promise<void> {
  neededAt(given, 0);
  await ask(context, given.words.map((word) => word.text).join(" "));
  // It may have changed anything.
  const { site } = context.place;
  site.forgetListings();
  if (/^x?c(?:wd|up|dup)$/i.test(neededAt(given, 0))) site.directory = await site.client?.pwd().catch(() => undefined);
}

async function features(context: CommandContext): Promise<void> {
  const client = await session(context);
  for (const [name, parameters] of client.features) {
    await context.output.write(`${printable(parameters === "" ? name : `${name} ${parameters}`)}\n`);
  }
}

function idle(context: CommandContext, given: Given): Promise<void> {
  const seconds = textAt(given, 0);
  return ask(context, seconds === undefined ? "SITE IDLE" : `SITE IDLE ${readNumber(seconds, 1, 1_000_000_000)}`);
}

const asksSystem = asking("SYST");
const anything = { name: "argument", kind: "text", optional: true, many: true } as const;

/** The commands. */
export const serverCommands: readonly ShellCommand[] = [
  { name: "features", summary: "show what the server can do (FEAT)", arguments: [], run: features },
  { name: "syst", summary: "show what system the server is (SYST)", arguments: [], run: asksSystem },
  { name: "system", summary: "show what system the server is (SYST)", arguments: [], run: asksSystem },
  {
    name: "rhelp",
    summary: "ask the server for help (HELP)",
    arguments: [{ name: "verb", kind: "text", optional: true }],
    run: asking("HELP"),
  },
  {
    name: "rstatus",
    summary: "ask the server for its status, or that of a file (STAT)",
    arguments: [{ name: "remote-path", kind: "remote-file", optional: true }],
    run: asking("STAT"),
  },
  {
    name: "site",
    summary: "send a command of the server's own (SITE)",
    arguments: [{ name: "command", kind: "text" }, anything],
    plain: true,
    run: asking("SITE"),
  },
  {
    name: "quote",
    summary: "send a command as it is",
    arguments: [{ name: "verb", kind: "text" }, anything],
    plain: true,
    details: "Not for verbs that move data.",
    run: quote,
  },
  {
    name: "remopts",
    summary: "set an option of a verb on the server (OPTS)",
    arguments: [{ name: "verb", kind: "text" }, anything],
    plain: true,
    run: asking("OPTS"),
  },
  {
    name: "idle",
    summary: "show or set after how many idle seconds the server closes (SITE IDLE)",
    arguments: [{ name: "seconds", kind: "text", optional: true }],
    run: idle,
  },
  {
    name: "umask",
    summary: "show or set the rights that new files lack (SITE UMASK)",
    arguments: [{ name: "mask", kind: "text", optional: true }],
    run: asking("SITE UMASK"),
  },
];
