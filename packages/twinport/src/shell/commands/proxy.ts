/** `proxy`: commands for a second server, and transfers between the two. */
import { UsageError } from "../../exit-codes.ts";
import type { Given, ShellCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { execute } from "../interpret.ts";
import { findCommand } from "./table.ts";

/** The commands that make sense for the second server. */
export const proxiedCommands: readonly string[] = [
  ...[
    "account",
    "append",
    "ascii",
    "binary",
    "cat",
    "cd",
    "cdup",
    "chmod",
    "close",
    "delete",
    "dir",
    "disconnect",
    "du",
  ],
  ...[
    "features",
    "find",
    "form",
    "ftp",
    "get",
    "idle",
    "image",
    "ls",
    "mdelete",
    "mget",
    "mkdir",
    "mls",
    "mlsd",
    "mlst",
  ],
  ...["mode", "modtime", "more", "mput", "nlist", "open", "page", "put", "pwd", "quote", "recv", "remopts", "rename"],
  ...[
    "reset",
    "rhelp",
    "rmdir",
    "rstatus",
    "send",
    "site",
    "size",
    "struct",
    "syst",
    "system",
    "tenex",
    "type",
    "umask",
  ],
  ...["user"],
];

async function proxy(context: CommandContext, given: Given): Promise<void> {
  const [first, ...rest] = given.words;
  if (first === undefined || first.text === "?") {
    await context.output.write(`${proxiedCommands.join(" ")}\n`);
    return;
  }
  const command = findCommand(first.text);
  if (!proxiedCommands.includes(command.name))
    throw new UsageError(`${command.name} is not for a second server; see proxy ?`);
  if (context.primary !== undefined) throw new UsageError("There is no third server");
  const { shell, place } = context;
  const inside = { ...context, place: { ...place, site: shell.secondary }, primary: place.site };
  const parsed = { words: [first, ...rest], rest: rest.map(({ text }) => text).join(" "), source: given.rest };
  await execute(command, { ...parsed, connector: "always", background: false }, inside);
}

/** The commands. */
export const proxyCommands: readonly ShellCommand[] = [
  {
    name: "proxy",
    summary: "run a command for a second server",
    arguments: [
      { name: "command", kind: "command", optional: true },
      { name: "argument", kind: "text", optional: true, many: true },
    ],
    plain: true,
    details: `proxy open connects to the second server. Then proxy get and mget transfer from
the first server to the second, proxy put, mput and append from the second to
the first: by a connection of their own, or through here where they refuse that
(set relay off forbids it). proxy ? lists the commands.`,
    run: proxy,
  },
];
