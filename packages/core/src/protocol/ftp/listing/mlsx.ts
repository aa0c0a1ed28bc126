/**
 * Lines of MLST and MLSD (RFC 3659 §7).
 *
 *     Type=file;Size=25730;Modify=19940728095854;Perm=r; cap60.pl198.tar.gz
 *
 * Exactly one space stands between the facts and the name; the name may begin with more.
 */
import { formatTimeValue, parseTimeValue } from "../time.ts";
import { lineByLine, type Dialect } from "./dialect.ts";
import { makeEntry, parseCount, type ListedEntry } from "./listed-entry.ts";
import type { ServerEntry } from "./server-entry.ts";

/** The facts that this project tells, in their order. */
export const mlsxFacts = [
  "Type",
  "Size",
  "Modify",
  "Create",
  "Unique",
  "Perm",
  "Lang",
  "Media-Type",
  "CharSet",
  "UNIX.mode",
  "UNIX.owner",
  "UNIX.group",
  "UNIX.uid",
  "UNIX.gid",
] as const;

/** The facts that are told unless OPTS MLST chooses others. */
export const defaultMlsxFacts: readonly string[] = ["Type", "Size", "Modify", "Unique", "Perm", "UNIX.mode"];

/** What an account may do: decides the letters of the fact "perm". */
export interface MlsxPermissions {
  readonly list: boolean;
  readonly read: boolean;
  readonly create: boolean;
  readonly overwrite: boolean;
  readonly append: boolean;
  readonly remove: boolean;
  readonly rename: boolean;
  readonly makeDirectory: boolean;
  readonly removeDirectory: boolean;
}

/** The letters of the fact "perm" (RFC 3659 §7.5.5). */
export function formatPermissions(kind: "file" | "directory", may: MlsxPermissions): string {
  const letters =
    kind === "file"
      ? [may.append && "a", may.remove && "d", may.rename && "f", may.read && "r", may.overwrite && "w"]
      : [
          may.create && "c",
          may.removeDirectory && "d",
          "e",
          may.rename && "f",
          may.list && "l",
          may.makeDirectory && "m",
          (may.remove || may.removeDirectory) && "p",
        ];
  return letters.filter((letter) => letter !== false).join("");
}

/** The line of FEAT: all facts, an asterisk after those that are on (RFC 3659 §7.8). */
export function formatMlstFeature(enabled: ReadonlySet<string>): string {
  return `MLST ${mlsxFacts.map((fact) => `${fact}${enabled.has(fact) ? "*" : ""};`).join("")}`;
}

/** The facts that OPTS MLST asks for and this project has, in its own order (RFC 3659 §7.9). */
export function parseMlstOptions(value: string | undefined): string[] {
  const wanted = new Set((value ?? "").split(";").map((fact) => fact.trim().toLowerCase()));
  return mlsxFacts.filter((fact) => wanted.has(fact.toLowerCase()));
}

/**
 * Formats a line, without its line end.
 *
 * @param facts - The names of the facts to tell, as `mlsxFacts` spells them.
 * @param spaceBefore - Whether the line begins with a space, as in MLST's reply.
 */
export function formatMlsxLine(entry: ServerEntry, facts: readonly string[], spaceBefore: boolean): string {
  let line = spaceBefore ? " " : "";
  for (const fact of facts) {
    const value = factOf(entry, fact);
    if (value !== undefined) line += `${fact}=${value};`;
  }
  return `${line} ${entry.name}`;
}

function factOf(entry: ServerEntry, fact: string): string | undefined {
  switch (fact) {
    case "Type":
      return typeOf(entry);
    case "Size":
      return entry.kind === "file" ? String(entry.size) : undefined;
    case "Modify":
      return formatTimeValue(entry.modified);
    case "Create":
      return entry.created === undefined ? undefined : formatTimeValue(entry.created);
    case "Unique":
      return entry.unique;
    case "Perm":
      return entry.permissions;
    case "Lang":
      return plainFact(entry.language);
    case "Media-Type":
      return plainFact(entry.mediaType);
    case "CharSet":
      return plainFact(entry.charset);
    case "UNIX.mode":
      return entry.mode === undefined ? undefined : `0${entry.mode.toString(8).padStart(3, "0")}`;
    case "UNIX.owner":
      return plainFact(entry.owner);
    case "UNIX.group":
      return plainFact(entry.group);
    case "UNIX.uid":
      return entry.uid?.toString();
    case "UNIX.gid":
      return entry.gid?.toString();
    default:
      return undefined;
  }
}

/** A value that would end its fact, the facts or the line is left out. */
function plainFact(value: string | undefined): string | undefined {
  return value === undefined || /[;\s\0]/.test(value) ? undefined : value;
}

function typeOf(entry: ServerEntry): string {
  switch (entry.kind) {
    case "file":
      return "file";
    case "directory":
      return entry.type ?? "dir";
    case "symlink":
      // A semicolon would end the fact, and a blank the facts: such a target is left out.
      return plainFact(entry.target) === undefined ? "OS.unix=symlink" : `OS.unix=slink:${entry.target}`;
    case "other":
      return "OS.unix=special";
  }
}

/**
 * Reads a line: names of facts in any case, unknown ones kept, a missing last `;` forgiven.
 *
 * @returns undefined when the line is none; `cdir` and `pdir` are directories and come with their fact.
 */
export function parseMlsxLine(line: string): ListedEntry | undefined {
  const text = line.replace(beforeFacts, "");
  const space = endOfFacts(text);
  if (space === -1 || space === text.length - 1) return undefined;
  const facts = new Map<string, string>();
  for (const part of text.slice(0, space).split(";")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    if (equals < 1) return undefined;
    facts.set(part.slice(0, equals).toLowerCase(), part.slice(equals + 1));
  }
  return entryOf(text.slice(space + 1), facts, line);
}

/** The one blank before the facts in MLST's reply; some servers write more of them, or a tab. */
const beforeFacts = /^(?:[ \t]+(?=[a-z][\w.-]*=[^;]*;)| )/i;

/** Where the blank before the name is: some servers write a link's target with blanks, where no fact may have one. */
function endOfFacts(text: string): number {
  // A tab in the place of the blank is some servers' mistake.
  const space = text.search(/[ \t]/);
  if (space === -1) return space;
  const broken = text.lastIndexOf(";", space) + 1;
  if (broken === space || !/^type=OS\.unix=slink:/i.test(text.slice(broken, space))) return space;
  const end = text.indexOf("; ", space);
  return end === -1 ? space : end + 1;
}

/**
 * Reads a line of MLSD, where no fact at all may go before the name (RFC 3659 §7.2).
 *
 * @returns undefined when the line is none.
 */
export function parseMlsdLine(line: string): ListedEntry | undefined {
  const entry = parseMlsxLine(line);
  if (!line.startsWith(" ") || line.length === 1 || (entry?.facts?.size ?? 0) > 0) return entry;
  return entryOf(line.slice(1), new Map(), line);
}

function entryOf(name: string, facts: ReadonlyMap<string, string>, raw: string): ListedEntry {
  const type = facts.get("type");
  const link = /^OS\.unix=(?:slink|symlink)(?::(.*))?$/i.exec(type ?? "");
  const modify = facts.get("modify");
  const modified = modify === undefined ? undefined : parseTimeValue(modify);
  const modeText = facts.get("unix.mode");
  return makeEntry({
    name,
    kind: link !== null ? "symlink" : kindOf(type),
    size: parseCount(facts.get("size") ?? facts.get("sizd")),
    modified,
    timePrecision: modified === undefined ? undefined : modify?.includes(".") === true ? "millisecond" : "second",
    mode: modeText !== undefined && /^[0-7]{1,5}$/.test(modeText) ? Number.parseInt(modeText, 8) & 0o7777 : undefined,
    owner: facts.get("unix.ownername") ?? facts.get("unix.owner"),
    group: facts.get("unix.groupname") ?? facts.get("unix.group"),
    unique: facts.get("unique"),
    target: link?.[1] === "" ? undefined : link?.[1],
    facts,
    dialect: "mlsx",
    raw,
  });
}

// Paths are the server's own: MLSD says nothing of how they are put together.
const traits = { name: "mlsx", separator: undefined } as const;

/** The dialect, as LIST's answer: some servers write it for LIST too. There a fact that everybody knows is demanded. */
export const mlsxDialect: Dialect<"mlsx"> = lineByLine(traits, {
  parse: (line) => {
    const entry = parseMlsxLine(line);
    return entry?.facts?.has("type") === true || entry?.facts?.has("modify") === true ? entry : undefined;
  },
});

/** The dialect, as MLSD's answer. */
export const mlsdDialect: Dialect<"mlsx"> = lineByLine(traits, { parse: parseMlsdLine });

function kindOf(type: string | undefined): ListedEntry["kind"] {
  switch (type?.toLowerCase()) {
    case undefined:
      return "unknown";
    case "file":
      return "file";
    case "dir":
    case "cdir":
    case "pdir":
      return "directory";
    default:
      return "other";
  }
}
