/** `twinport bookmark`: names for URLs. */
import { Command } from "commander";
import { isBookmarkName, readBookmarks, writeBookmarks } from "../config/bookmarks.ts";
import { suggestion } from "../config/nearest.ts";
import { printable, UsageError } from "../exit-codes.ts";
import { isUrl, readUrl } from "../remote/session.ts";

/** Makes the command. */
export function bookmark(): Command {
  return new Command("bookmark")
    .summary("name servers and folders")
    .description(
      "Give a server or folder a name that stands for its URL: NAME:path, wherever a\n" +
        "URL is taken. NAME:/path begins at the server's root.",
    )
    .addHelpText(
      "after",
      `
Bookmarks are kept in $XDG_CONFIG_HOME/twinport/bookmarks (~/.config).

Examples:
  twinport bookmark add work ftpes://me@ftp.example.org/projects
  twinport ls work:2026/
  twinport get 'work:2026/*.pdf' papers/`,
    )
    .addCommand(add())
    .addCommand(list())
    .addCommand(remove());
}

interface AddOptions {
  readonly force?: boolean;
  readonly withPassword?: boolean;
  readonly json?: boolean;
}

function add(): Command {
  return new Command("add")
    .summary("add a bookmark")
    .description("Add a bookmark. A password in the URL is left out, unless it is asked for.")
    .argument("<name>", "letters, digits, . _ -; two characters or more")
    .argument("<url>", "what it stands for")
    .option("-f, --force", "in place of one that is there")
    .option("--with-password", "keep the URL's password, in a file that you alone may read")
    .option("--json", "tell the bookmark as JSON on stdout")
    .action((name: string, url: string, options: AddOptions) => {
      if (!isBookmarkName(name)) throw new UsageError(`${printable(name)} cannot be a bookmark's name`);
      if (!isUrl(url) || !/^[a-z]+:\/\//i.test(url))
        throw new UsageError("A bookmark stands for a URL, as ftp://me@example.org/folder");
      const { password } = readUrl(url);
      const bookmarks = new Map(readBookmarks());
      if (bookmarks.has(name) && options.force !== true)
        throw new UsageError(`${name} is there already; --force replaces it`);
      const keeps = password === undefined || options.withPassword === true;
      if (!keeps) process.stderr.write("twinport: the password is left out; --with-password would keep it\n");
      const kept = keeps ? url : withoutSecret(url);
      bookmarks.set(name, kept);
      writeBookmarks(bookmarks);
      if (options.json === true) tellJson(name, kept);
    });
}

function list(): Command {
  return new Command("list")
    .summary("list bookmarks")
    .description("List bookmarks. Passwords are shown as ***.")
    .option("--json", "a JSON object a line")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { padded } = await import("../remote/terminal-text.ts");
      const bookmarks = [...readBookmarks()];
      const width = Math.max(0, ...bookmarks.map(([name]) => name.length));
      for (const [name, url] of bookmarks) {
        if (json === true) tellJson(name, url);
        else process.stdout.write(`${padded(name, width)}  ${printable(withoutSecret(url, ":***"))}\n`);
      }
    });
}

function remove(): Command {
  return new Command("remove")
    .alias("rm")
    .summary("remove bookmarks")
    .description("Remove bookmarks.")
    .argument("<name...>", "which")
    .option("--json", "tell those that are gone as JSON on stdout, one a line")
    .action((names: string[], { json }: { readonly json?: boolean }) => {
      const before = readBookmarks();
      const bookmarks = new Map(before);
      for (const name of names) {
        if (!bookmarks.delete(name))
          throw new UsageError(`There is no bookmark ${printable(name)}.${suggestion(name, bookmarks.keys())}`);
      }
      writeBookmarks(bookmarks);
      if (json === true) for (const name of names) tellJson(name, before.get(name) ?? "");
    });
}

function tellJson(name: string, url: string): void {
  process.stdout.write(`${JSON.stringify({ name, url: withoutSecret(url, ":***") })}\n`);
}

/** A URL without its password, or with something in its place. */
function withoutSecret(url: string, shown = ""): string {
  return url.replace(/^([a-z]+:\/\/[^:@/]*):[^@/]*@/i, `$1${shown}@`);
}
