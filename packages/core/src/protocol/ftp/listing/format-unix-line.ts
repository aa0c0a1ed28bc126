/**
 * Lines as this server's LIST writes them, in the form of `ls -l`.
 *
 *     -rw-r--r--   1 owner    group            1234 Nov 21 04:51 name
 *     lrwxrwxrwx   1 owner    group              11 Nov 21  2024 name -> target
 */
import { octetTextLength } from "../../octet-text.ts";
import { withinFourDigits } from "../time.ts";
import type { ServerEntry } from "./server-entry.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
/** Milliseconds after which the year takes the place of the time: half a year, as `ls` has it. */
const recent = 15_778_476_000;
const minute = 60_000;

/**
 * Formats a line, without its line end, in UTC.
 *
 * @param now - The present, in milliseconds since 1970-01-01 UTC: decides between time and year.
 */
export function formatUnixLine(entry: ServerEntry, now: number): string {
  const mode = entry.mode ?? (entry.kind === "directory" ? 0o755 : 0o644);
  const owner = (entry.owner ?? entry.uid?.toString() ?? "ftp").padEnd(8);
  const group = (entry.group ?? entry.gid?.toString() ?? "ftp").padEnd(8);
  const links = String(entry.links ?? 1).padStart(3);
  const leads = entry.kind === "symlink" ? entry.target : undefined;
  // A link's size is its target's: by that alone is known which of several arrows divides the two.
  const size = String(leads === undefined ? entry.size : octetTextLength(leads)).padStart(12);
  const target = leads === undefined ? "" : ` -> ${leads}`;
  return `${letterOf(entry)}${formatMode(mode)} ${links} ${owner} ${group} ${size} ${formatDate(entry.modified, now)} ${entry.name}${target}`;
}

function letterOf(entry: ServerEntry): string {
  switch (entry.kind) {
    case "file":
      return "-";
    case "directory":
      return "d";
    case "symlink":
      return "l";
    case "other":
      return "s";
  }
}

const triplets = ["---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"] as const;

function formatMode(mode: number): string {
  return `${triplets[(mode >> 6) & 7] ?? ""}${triplets[(mode >> 3) & 7] ?? ""}${triplets[mode & 7] ?? ""}`;
}

function formatDate(ms: number, now: number): string {
  const date = new Date(withinFourDigits(ms));
  const month = months[date.getUTCMonth()] ?? "Jan";
  const day = String(date.getUTCDate()).padStart(2);
  if (ms > now + minute || ms < now - recent)
    return `${month} ${day}  ${String(date.getUTCFullYear()).padStart(4, "0")}`;
  const hours = date.getUTCHours();
  const minutes = date.getUTCMinutes();
  return `${month} ${day} ${hours < 10 ? "0" : ""}${hours}:${minutes < 10 ? "0" : ""}${minutes}`;
}
