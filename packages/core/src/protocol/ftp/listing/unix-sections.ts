/**
 * The lines of `ls -l` that are no entries: totals, and the headers of `ls -R` and of patterns.
 *
 *     .:
 *     total 8
 *     drwxr-xr-x 2 me us 4096 Nov 21 04:51 sub
 *
 *     ./sub:
 *     total 4
 *     -rw-r--r-- 1 me us    5 Nov 21 04:51 within
 *
 * Only the first section tells of the directory that was asked for. What is below one of its directories belongs to that one,
 * and is left out here; of any other section the lines stay raw.
 */
import type { ReadLine } from "./dialect.ts";
import { makeEntry, type ListedEntry } from "./listed-entry.ts";

/** "total", in the languages that `ls` has. */
const totalWords = [
  "total|totale|totaal|totalt|totalo|totali|i alt|insgesamt|gesamt|summe|somme|summa|suma|samtals|yhteensä|kokku|kopā",
  "viso|iš viso|razem|łącznie|celkem|celkom|összesen|skupaj|skupno|ukupno|toplam|guztira|iomlán|sumo|entute|jumlah|tổng|tổng cộng",
  "tổng số|итого|всего|усього|загалом|разам|агулам|общо|вкупно|укупно|σύνολο|合計|합계|총|총계|总用量|总计|总数|總用量|總計",
].join("|");

/** The line that `ls -l` begins with. Large disks have made it negative. */
const total = new RegExp(`^\\s*(?:${totalWords})[\\s:：]*-?\\d[\\d.,]*\\s?[KMGTP]?(?:\\s.{0,40})?$`, "i");

/** Characters of the longest path that a header may name. */
const longestPath = 4_096;

/** Gives totals and headers their meaning, and entries the section that they stand in. */
export function inSections(lines: readonly string[], entries: readonly (ListedEntry | undefined)[]): ReadLine[] {
  const read: ReadLine[] = [...entries];
  let hasHeaders = false;
  for (let at = entries.indexOf(undefined); at !== -1; at = entries.indexOf(undefined, at + 1)) {
    const line = lines[at] ?? "";
    if (total.test(line)) read[at] = "notice";
    else hasHeaders ||= pathOf(line) !== undefined;
  }
  if (!hasHeaders) return read;
  const sections = new Sections();
  for (const [at, line] of lines.entries()) {
    const entry = entries[at];
    if (entry !== undefined) read[at] = sections.place(entry);
    else if (total.test(line)) read[at] = sections.isForeign ? undefined : "notice";
    else read[at] = sections.open(line, entries[at + 1] !== undefined || total.test(lines[at + 1] ?? ""));
  }
  return read;
}

class Sections {
  /** Of which the listing is, as its first header has it. */
  #directory: string | undefined;
  #state: "first" | "below" | "foreign" = "first";
  readonly #directories = new Set<string>();
  #isEmpty = true;

  get isForeign(): boolean {
    return this.#state === "foreign";
  }

  /** An entry, where the present section is one that counts. */
  place(entry: ListedEntry): ReadLine {
    if (this.#state !== "first") return this.#state === "below" ? "notice" : undefined;
    this.#isEmpty = false;
    if (entry.kind === "directory") this.#directories.add(entry.name);
    const directory = this.#directory;
    return directory === undefined || directory === "." ? entry : makeEntry({ ...entry, directory });
  }

  /**
   * Takes a line for the header of a section, if it looks so.
   *
   * @param isFollowed - Whether an entry or a total comes next.
   */
  open(line: string, isFollowed: boolean): ReadLine {
    const path = pathOf(line);
    if (path === undefined) return undefined;
    if (this.#state === "first" && this.#isEmpty && this.#directory === undefined) {
      if (path !== "." && !isFollowed) return undefined;
      this.#directory = path;
      return "notice";
    }
    if (this.#isBelow(path)) {
      this.#state = "below";
      return "notice";
    }
    if (isFollowed) this.#state = "foreign";
    return undefined;
  }

  /** Whether a path leads into a directory of the first section. */
  #isBelow(path: string): boolean {
    const base = this.#directory ?? ".";
    const start = path.startsWith(`${base}/`) ? base.length + 1 : base === "." && !path.startsWith("/") ? 0 : -1;
    if (start === -1) return false;
    const [first = ""] = path.slice(start).split("/", 1);
    return this.#directories.has(first);
  }
}

/** The path that a header names; undefined when the line is none. */
function pathOf(line: string): string | undefined {
  const shown = line.trimEnd();
  if (!shown.endsWith(":") || shown.length === 1 || shown.length > longestPath) return undefined;
  return shown.slice(0, -1);
}
