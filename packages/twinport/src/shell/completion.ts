/** What Tab offers: commands, options, settings, bookmarks, and paths of this machine and of the server. */
import { readdir } from "node:fs/promises";
import { printable } from "../exit-codes.ts";
import { readBookmarks } from "./bookmarks.ts";
import type { ArgumentKind, ArgumentSpec, ShellCommand } from "./command.ts";
import { commandNames, findCommand } from "./commands/table.ts";
import { localPath, type Workplace } from "./context.ts";
import type { Shell } from "./shell.ts";
import { settingSpecs } from "./settings.ts";
import { parseLine, quoteFor, type ParsedCommand, type Word } from "./words.ts";

/** Milliseconds that the server may take for a listing. */
const listingTimeout = 5_000;

/** A thing that could stand there. */
interface Offer {
  readonly name: string;
  /** Something may follow in the same word: a folder's path goes on. */
  readonly goesOn: boolean;
}

/** The ends that a line can have, and which part of its end they replace: as readline's completers. */
export async function complete(shell: Shell, line: string): Promise<[string[], string]> {
  try {
    return await offersFor(shell, line);
  } catch {
    // A key press is no place for complaints.
    return [[], line];
  }
}

async function offersFor(shell: Shell, line: string): Promise<[string[], string]> {
  const { command, word, index, redirected } = placeOf(line);
  if (word.open === "\\") return [[], line];
  if (redirected) return paths(word, line, (folder) => localOffers(shell.place, folder, false));
  if (index === 0 && command?.words[0]?.text !== "!") {
    return plain(word, line, [...commandNames(), ...shell.aliases.keys()].sort());
  }
  if (command === undefined) return [[], line];
  return argument(
    shell,
    line,
    command.words.map(({ text }) => text),
    index,
    word,
  );
}

/** The command that the end of a line is in, and its word; a new one behind a space. */
function placeOf(line: string): {
  readonly command: ParsedCommand | undefined;
  readonly word: Word;
  readonly index: number;
  readonly redirected: boolean;
} {
  const command = /[;&|]\s*$/.test(line) && !/\\[;&|]\s*$/.test(line) ? undefined : parseLine(line, true).at(-1);
  const last = command?.words.at(-1);
  const redirect = />\s*([^\s>]*)$/.exec(line);
  if (redirect !== null && command?.redirection?.kind === "file") {
    const text = redirect[1] ?? "";
    const word: Word = { text, pattern: text, start: line.length - text.length, end: line.length, open: undefined };
    return { command, word, index: command.words.length, redirected: true };
  }
  if (command !== undefined && last?.end === line.length) {
    if (command.words[0]?.text === "!" && command.words.length === 1) return escapedPlace(line, command);
    return { command, word: last, index: command.words.length - 1, redirected: false };
  }
  const word: Word = { text: "", pattern: "", start: line.length, end: line.length, open: undefined };
  if (command?.words[0]?.text === "!") return escapedPlace(line, command);
  return { command, word, index: command?.words.length ?? 0, redirected: false };
}

/** Behind `!` the other shell's words begin at spaces. */
function escapedPlace(line: string, command: ParsedCommand): ReturnType<typeof placeOf> {
  const text = /\S*$/.exec(line.slice(command.words[0]?.end ?? 0))?.[0] ?? "";
  const word: Word = { text, pattern: text, start: line.length - text.length, end: line.length, open: undefined };
  return { command, word, index: 1, redirected: true };
}

async function argument(
  shell: Shell,
  line: string,
  words: readonly string[],
  index: number,
  word: Word,
): Promise<[string[], string]> {
  const name = words[0] ?? "";
  const alias = shell.aliases.get(name);
  const row = findCommand(alias === undefined ? name : (alias.split(/\s+/)[0] ?? ""));
  // What stands behind proxy or queue is a command of its own.
  if ((row.name === "proxy" || row.name === "queue") && index > 1) {
    return argument(shell, line, words.slice(1), index - 1, word);
  }
  if (word.text.startsWith("-") && row.plain !== true)
    return plain(
      word,
      line,
      (row.options ?? []).map(({ flag }) => flag),
    );
  const spec = specAt(row, words.slice(1, index));
  if (spec === undefined) return [[], line];
  if (spec.choices !== undefined) return plain(word, line, spec.choices);
  if (row.name === "set" && index > 1)
    return plain(word, line, settingSpecs.find((each) => each.name === words[1])?.choices ?? []);
  const site = row.name === "proxy" || words.includes("proxy") ? shell.secondary : shell.place.site;
  return ofKind(spec.kind, { shell, place: { ...shell.place, site } }, line, word);
}

function specAt(row: ShellCommand, before: readonly string[]): ArgumentSpec | undefined {
  const count = before.filter((text) => row.plain === true || !text.startsWith("-")).length;
  const last = row.arguments.at(-1);
  return row.arguments[count] ?? (last?.many === true ? last : undefined);
}

async function ofKind(
  kind: ArgumentKind,
  { shell, place }: { readonly shell: Shell; readonly place: Workplace },
  line: string,
  word: Word,
): Promise<[string[], string]> {
  switch (kind) {
    case "command":
      return plain(word, line, [...commandNames(), ...shell.aliases.keys()].sort());
    case "setting":
      return plain(
        word,
        line,
        settingSpecs.map(({ name }) => name),
      );
    case "alias":
      return plain(word, line, [...shell.aliases.keys()].sort());
    case "macro":
      return plain(word, line, [...shell.macros.keys()].sort());
    case "bookmark":
      return plain(word, line, [...(await readBookmarks()).keys()]);
    case "local-file":
    case "local-folder":
      return paths(word, line, (folder) => localOffers(place, folder, kind === "local-folder"));
    case "remote-file":
    case "remote-folder":
      return paths(word, line, (folder) => remoteOffers(place, folder, kind === "remote-folder"));
    case "text":
      return [[], line];
  }
}

/** Names that begin as the word does. */
function plain(word: Word, line: string, names: readonly string[]): [string[], string] {
  const raw = line.slice(word.start);
  const fitting = names.filter((name) => name.startsWith(word.text));
  return [fitting.map((name) => written(raw, word, name, { name, goesOn: false }, fitting.length === 1)), raw];
}

/** Paths: what is in the folder of the word, that begins as its last component does. */
async function paths(
  word: Word,
  line: string,
  list: (folder: string) => Promise<readonly Offer[]>,
): Promise<[string[], string]> {
  const slash = word.text.lastIndexOf("/");
  const base = word.text.slice(slash + 1);
  const raw = line.slice(word.start);
  const rawBase = raw.slice(raw.lastIndexOf("/") + 1);
  const offers = (await list(word.text.slice(0, slash + 1))).filter(
    ({ name }) => name.startsWith(base) && (base !== "" || !name.startsWith(".")) && printable(name) === name,
  );
  const sorted = [...offers].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    sorted.map((offer) => written(rawBase, { ...word, text: base }, offer.name, offer, offers.length === 1)),
    rawBase,
  ];
}

/** As it is typed: what is there already, and the rest in its quotes. */
function written(raw: string, { text, open }: Word, name: string, { goesOn }: Offer, only: boolean): string {
  const rest = quoteFor(name.slice(text.length), open);
  if (goesOn) return `${raw}${rest}/`;
  return `${raw}${rest}${only ? `${open ?? ""} ` : ""}`;
}

async function localOffers(place: Workplace, folder: string, foldersOnly: boolean): Promise<Offer[]> {
  const entries = await readdir(localPath(place, folder === "" ? "." : folder), { withFileTypes: true });
  return entries
    .filter((entry) => !foldersOnly || entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => ({ name: entry.name, goesOn: entry.isDirectory() }));
}

async function remoteOffers({ site }: Workplace, folder: string, foldersOnly: boolean): Promise<Offer[]> {
  const path = folder.length > 1 ? folder.replace(/\/+$/, "") : folder;
  const entries = await site.remembered(path, AbortSignal.timeout(listingTimeout));
  return entries
    .filter(
      ({ name, kind }) => name !== "." && name !== ".." && (!foldersOnly || kind === "directory" || kind === "symlink"),
    )
    .map(({ name, kind }) => ({ name, goesOn: kind === "directory" }));
}
