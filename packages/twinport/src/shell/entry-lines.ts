/** Entries of folders as lines: long, one a line, or in columns. */
import type { ListedEntry } from "@twinport/core/ftp-client";
import { printable } from "../exit-codes.ts";
import { formatBytes } from "../remote/units.ts";
import type { Given, OptionSpec } from "./command.ts";
import type { Output } from "./output.ts";

/** What is shown of an entry. */
export type ShownEntry = Pick<ListedEntry, "name" | "kind"> &
  Partial<Pick<ListedEntry, "size" | "roughSize" | "modified" | "timeIsLocal" | "mode" | "owner" | "group" | "target">>;

/** How entries are shown. */
export interface ListingOptions {
  readonly form: "long" | "names" | "columns";
  readonly sort: "name" | "time" | "size";
  readonly reverse: boolean;
  readonly human: boolean;
  readonly columns: number;
  /** Names of folders have a `/`. */
  readonly marks: boolean;
}

/** The options of commands that list. */
export const listingFlags: readonly OptionSpec[] = [
  { flag: "-l", summary: "long lines: rights, owner, size, time (as without)" },
  { flag: "-1", summary: "names only, one a line" },
  { flag: "-C", summary: "names only, in columns" },
  { flag: "-a", summary: "for those who are used to it: all names are shown anyway" },
  { flag: "-h", summary: "sizes as 1.5 MiB" },
  { flag: "-t", summary: "newest first" },
  { flag: "-S", summary: "largest first" },
  { flag: "-r", summary: "the other way round" },
];

/** What was asked for. */
export function listingOptions({ options }: Given, output: Output): ListingOptions {
  return {
    form: options.has("-1") ? "names" : options.has("-C") ? "columns" : "long",
    sort: options.has("-t") ? "time" : options.has("-S") ? "size" : "name",
    reverse: options.has("-r"),
    human: options.has("-h"),
    columns: output.columns,
    marks: options.has("-C"),
  };
}

/** The lines, each with its end; the empty text for no entries. */
export function formatEntries(entries: readonly ShownEntry[], options: ListingOptions): string {
  const sorted = [...entries].sort(orders[options.sort]);
  if (options.reverse) sorted.reverse();
  if (options.form === "columns") return inColumns(sorted.map(marked), options.columns);
  const lines = options.form === "names" ? sorted.map(({ name }) => printable(name)) : longLines(sorted, options);
  return lines.map((line) => `${line}\n`).join("");
}

const byName = (a: ShownEntry, b: ShownEntry): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
const orders: Record<ListingOptions["sort"], (a: ShownEntry, b: ShownEntry) => number> = {
  name: byName,
  time: (a, b) => (b.modified ?? 0) - (a.modified ?? 0) || byName(a, b),
  size: (a, b) => (b.size ?? 0) - (a.size ?? 0) || byName(a, b),
};

function marked({ name, kind }: ShownEntry): string {
  return `${printable(name)}${kind === "directory" ? "/" : kind === "symlink" ? "@" : ""}`;
}

function longLines(entries: readonly ShownEntry[], { human }: ListingOptions): string[] {
  const now = Date.now();
  const rows = entries.map((entry) => [
    rights(entry),
    printable(entry.owner ?? ""),
    printable(entry.group ?? ""),
    sizeText(entry, human),
    timeText(entry, now),
    `${printable(entry.name)}${entry.kind === "directory" ? "/" : ""}${entry.target === undefined ? "" : ` -> ${printable(entry.target)}`}`,
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.slice(0, 5).map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 3 ? cell.padStart(width) : cell.padEnd(width);
    });
    // Owners that no server told take no room.
    return [...cells.filter((_cell, column) => (widths[column] ?? 0) > 0), row[5] ?? ""].join("  ");
  });
}

function rights({ kind, mode }: ShownEntry): string {
  const letter = { directory: "d", file: "-", symlink: "l", other: "?", unknown: "?" }[kind];
  if (mode === undefined) return letter;
  const bits = [...mode.toString(8).padStart(3, "0").slice(-3)].map((digit) => {
    const value = Number(digit);
    return `${value & 4 ? "r" : "-"}${value & 2 ? "w" : "-"}${value & 1 ? "x" : "-"}`;
  });
  return `${letter}${bits.join("")}`;
}

function sizeText({ kind, size, roughSize }: ShownEntry, human: boolean): string {
  if (kind === "directory") return "-";
  if (size === undefined) return roughSize === undefined ? "?" : `~${roughSize}`;
  return human ? formatBytes(size) : String(size);
}

/** Half a year in milliseconds: of older files the year is of interest, not the hour. */
const halfYear = 182 * 86_400_000;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

function timeText({ modified, timeIsLocal }: ShownEntry, now: number): string {
  if (modified === undefined) return "";
  const date = new Date(modified);
  // What a server told as its own local time is shown as it told it.
  const local = timeIsLocal === true;
  const [year, month, day] = local
    ? [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
    : [date.getFullYear(), date.getMonth(), date.getDate()];
  const [hours, minutes] = local ? [date.getUTCHours(), date.getUTCMinutes()] : [date.getHours(), date.getMinutes()];
  const two = (value: number): string => String(value).padStart(2, "0");
  const recent = Math.abs(now - modified) < halfYear;
  return `${months[month] ?? ""} ${String(day).padStart(2)} ${recent ? `${two(hours)}:${two(minutes)}` : ` ${year}`}`;
}

/** As many columns as there is room for, filled from top to bottom. */
function inColumns(names: readonly string[], width: number): string {
  if (names.length === 0) return "";
  const widest = Math.max(...names.map((name) => name.length)) + 2;
  const columns = Math.max(1, Math.floor(width / widest));
  const rows = Math.ceil(names.length / columns);
  const lines = Array.from({ length: rows }, (_, row) => {
    const cells = Array.from({ length: columns }, (_cell, column) => names[column * rows + row] ?? "");
    return cells
      .map((cell) => cell.padEnd(widest))
      .join("")
      .trimEnd();
  });
  return `${lines.join("\n")}\n`;
}
