/** The commands and what they share. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { cat } from "./commands/cat.ts";
import { copy } from "./commands/copy.ts";
import { get } from "./commands/get.ts";
import { ls } from "./commands/ls.ts";
import { mkdir, mv, rm, rmdir } from "./commands/change.ts";
import { put } from "./commands/put.ts";
import { serve } from "./commands/serve.ts";
import { shell } from "./commands/shell.ts";
import { stat } from "./commands/stat.ts";
import { tftp } from "./commands/tftp.ts";
import { exitCodeTable } from "./exit-codes.ts";

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

Passwords come from the URL, TWINPORT_PASSWORD, ~/.netrc or a prompt.

Exit codes:
${exitCodeTable.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join("\n")}`,
    )
    .exitOverride();
  for (const make of [serve, get, put, copy, ls, cat, rm, mkdir, rmdir, mv, stat, shell, tftp]) {
    const command = make();
    command.copyInheritedSettings(program);
    program.addCommand(command);
  }
  return program;
}

function ownVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const own: unknown = JSON.parse(text);
  return typeof own === "object" && own !== null && "version" in own ? String(own.version) : "unknown";
}
