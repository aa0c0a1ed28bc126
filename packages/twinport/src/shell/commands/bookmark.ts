/** `bookmark`: servers under a name. */
import { formatFtpUrl } from "../format-url.ts";
import { UsageError } from "../../exit-codes.ts";
import { isUrl, readUrl } from "../../remote/session.ts";
import { readBookmarks, writeBookmarks } from "../bookmarks.ts";
import { textAt, type Given, type ShellCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";

async function bookmark(context: CommandContext, given: Given): Promise<void> {
  const [what = "list", name, url] = [textAt(given, 0), textAt(given, 1), textAt(given, 2)];
  switch (what) {
    case "list": {
      for (const [each, target] of await readBookmarks()) await context.output.write(`${each.padEnd(15)} ${target}\n`);
      return;
    }
    case "add":
      return add(context, name, url);
    case "delete": {
      const bookmarks = await readBookmarks();
      if (name === undefined || !bookmarks.delete(name)) throw new UsageError(`There is no bookmark ${name ?? ""}`);
      return writeBookmarks(bookmarks);
    }
    default:
      throw new UsageError("Usage: bookmark [list] | add name [url] | delete name");
  }
}

async function add({ place }: CommandContext, name: string | undefined, target: string | undefined): Promise<void> {
  if (name === undefined || !/^[\p{L}\p{N}._-]+$/u.test(name)) {
    throw new UsageError("A bookmark's name is of letters, digits, points, hyphens and underscores");
  }
  const { site } = place;
  let url: string;
  if (target !== undefined) {
    if (!isUrl(target)) throw new UsageError("A bookmark is of a URL, as ftp://me@example.org/inbox/");
    url = formatFtpUrl(readUrl(target));
  } else {
    if (site.url === undefined) throw new UsageError("Not connected: tell the URL");
    const path = site.directory ?? "";
    url = formatFtpUrl({ ...site.url, ...(site.user === undefined ? {} : { user: site.user }), path });
  }
  const bookmarks = await readBookmarks();
  bookmarks.set(name, url);
  await writeBookmarks(bookmarks);
}

/** The commands. */
export const bookmarkCommands: readonly ShellCommand[] = [
  {
    name: "bookmark",
    summary: "keep servers under a name",
    arguments: [
      { name: "what", kind: "text", optional: true, choices: ["list", "add", "delete"] },
      { name: "name", kind: "bookmark", optional: true },
      { name: "url", kind: "text", optional: true },
    ],
    details: `bookmark add name [url] keeps a URL, or where one is; open name goes there.
Passwords are never kept.`,
    run: bookmark,
  },
];
