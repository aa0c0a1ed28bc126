/** The commands and what they share. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { bookmark } from "./commands/bookmark.ts";
import { cat } from "./commands/cat.ts";
import { completion } from "./commands/completion.ts";
import { copy } from "./commands/copy.ts";
import { diff } from "./commands/diff.ts";
import { du } from "./commands/du.ts";
import { edit } from "./commands/edit.ts";
import { find } from "./commands/find.ts";
import { get } from "./commands/get.ts";
import { hash } from "./commands/hash.ts";
import { ls } from "./commands/ls.ts";
import { mkdir, mv, rm, rmdir } from "./commands/change.ts";
import { mirror } from "./commands/mirror.ts";
import { put } from "./commands/put.ts";
import { serve } from "./commands/serve.ts";
import { shell } from "./commands/shell.ts";
import { stat } from "./commands/stat.ts";
import { tftp } from "./commands/tftp.ts";
import { configFile } from "./config/config-folder.ts";
import { applySources, checkSettings, type Settings } from "./config/flag-sources.ts";
import { readJsonObject } from "./config/settings-file.ts";
import { exitCodeTable } from "./exit-codes.ts";

/** In the order of `--help`. */
// prettier-ignore
const commands: readonly (() => Command)[] = [
  serve,
  get, put, mirror, copy,
  ls, cat, stat, du, find, hash, diff, edit,
  rm, mkdir, rmdir, mv,
  shell, bookmark, completion,
  tftp,
];

/** Makes the command line. */
export function createProgram(): Command {
  const program = new Command("twinport");
  program
    .description("FTP server and client.")
    .version(ownVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ helpWidth: Math.min(80, process.stdout.isTTY ? process.stdout.columns : 80) })
    .showHelpAfterError("(twinport --help tells more)")
    .addHelpText(
      "after",
      `
URLs:
  ftp://user@host:port/path   relative to the folder of the login
  ftp://host/%2Fpath          from the root of the server
  ftpes://host/path           with TLS by AUTH; ftps:// with TLS at once (990)
  NAME:path                   from a bookmark; twinport bookmark --help

Passwords come from the URL, TWINPORT_PASSWORD, ~/.netrc or a prompt.

Every flag has a variable (--retry-delay is TWINPORT_RETRY_DELAY, 1 and 0 stand
for flags without a value) and a default in ~/.config/twinport/config.json
(XDG_CONFIG_HOME), by command or for all: { "get": { "transfers": 8 } }

Exit codes:
${exitCodeTable.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join("\n")}`,
    )
    .exitOverride();
  for (const make of commands) {
    const command = make();
    inherit(command, program);
    program.addCommand(command);
  }
  program.hook("preAction", (_, command) => {
    const file = configFile();
    const value = readJsonObject(file);
    const settings: Settings = value === undefined ? {} : checkSettings(file, value, program);
    applySources(command, process.env, file, settings);
  });
  return program;
}

function inherit(command: Command, from: Command): void {
  command.copyInheritedSettings(from);
  for (const below of command.commands) inherit(below, from);
}

/** The version of this package. */
export function ownVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const own: unknown = JSON.parse(text);
  return typeof own === "object" && own !== null && "version" in own ? String(own.version) : "unknown";
}
