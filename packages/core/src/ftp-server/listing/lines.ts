/** The lines of listings, in pieces: whole lines with their line ends, as many as one batch of the storage gives. */
import { formatUnixLine, isOctetText, message } from "../../protocol/index.ts";
import { StorageError, type Entry, type VirtualPath } from "../../storage/index.ts";
import { mlsxFormatter } from "../mlsx-facts.ts";
import type { Session } from "../session/session.ts";

/** Entries that are sorted by name before any is sent; a larger folder is sent as the storage gives it. */
export const sortedEntries = 4096;

/** How `ls` would show entries. */
export interface ListingStyle {
  /** A line of facts, or the name alone. */
  readonly form: "long" | "names";
  readonly order: "name" | "time" | "size";
  readonly reverse: boolean;
  /** A `/` after the names of folders. */
  readonly classify: boolean;
}

/** Counts the entries of one listing against the session's limit. */
export class EntryBudget {
  #left: number;

  constructor(limit: number) {
    this.#left = limit;
  }

  /** @throws StorageError `too-large` when the listing would have more entries than the limit. */
  spend(count: number): void {
    this.#left -= count;
    if (this.#left < 0)
      throw new StorageError("too-large", message("The listing has more entries than this server lists at once"));
  }
}

const lineEnds = /[\0\r\n]/;

/**
 * The entries that a listing may show. A name with a line's end in it would forge a line of its own; storages leave such
 * names out, but anybody may write one. CR NUL, as RFC 2640 §3.1 has it, is no way out: clients end lines at a bare CR.
 * A second spelling of octets would be read as the name of another file.
 *
 * To a session with a charset names that are no UTF-8 are not shown: whatever octets stood for one there, the client could
 * only take them for another name (octet E9 is `é` in Latin-1, which on the disk is C3 A9).
 */
export function speakable({ nameCodec }: Session, batch: readonly Entry[]): readonly Entry[] {
  const forges = ({ name, target }: Entry): boolean =>
    lineEnds.test(name) || !isOctetText(name) || (target !== undefined && lineEnds.test(target));
  const lines = batch.some(forges) ? batch.filter((entry) => !forges(entry)) : batch;
  return nameCodec === undefined ? lines : inCharset(lines);
}

/** Without names that are no UTF-8, and without such targets of links. */
function inCharset(batch: readonly Entry[]): readonly Entry[] {
  return batch.flatMap((entry) => {
    const { target, ...rest } = entry;
    if (!entry.name.isWellFormed()) return [];
    return target?.isWellFormed() === false ? [rest] : [entry];
  });
}

/** Yields a folder's entries sorted while they are few, and as they come once they are many: memory stays flat. */
export async function* ordered(
  session: Session,
  path: VirtualPath,
  style: Pick<ListingStyle, "order" | "reverse">,
  budget: EntryBudget,
  signal: AbortSignal,
): AsyncGenerator<readonly Entry[]> {
  const { storage } = session.account;
  const comesSorted = style.order === "name" && !style.reverse && (storage.sortsNames ?? 0) >= sortedEntries;
  let kept: Entry[] | undefined = comesSorted ? undefined : [];
  for await (const batch of storage.list(path, { signal })) {
    budget.spend(batch.length);
    const shown = speakable(session, batch);
    if (kept === undefined) {
      yield shown;
      continue;
    }
    for (const entry of shown) kept.push(entry);
    if (kept.length > sortedEntries) {
      yield kept;
      kept = undefined;
    }
  }
  if (kept !== undefined && kept.length > 0) yield sortEntries(kept, style);
}

/** Sorts in place, by the style. */
export function sortEntries(entries: Entry[], style: Pick<ListingStyle, "order" | "reverse">): Entry[] {
  const sign = style.reverse ? -1 : 1;
  const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -sign : a.name > b.name ? sign : 0);
  switch (style.order) {
    case "name":
      return entries.sort(byName);
    case "time":
      return entries.sort((a, b) => sign * (b.modified - a.modified) || byName(a, b));
    case "size":
      return entries.sort((a, b) => sign * (b.size - a.size) || byName(a, b));
  }
}

/** Formats a batch; `prefix` stands before each name in the short form. */
export function formatBatch(entries: readonly Entry[], style: ListingStyle, prefix: string, now: number): string {
  let text = "";
  for (const entry of entries) {
    if (style.form === "long") text += `${formatUnixLine(entry, now)}\r\n`;
    else text += `${prefix}${entry.name}${style.classify && entry.kind === "directory" ? "/" : ""}\r\n`;
  }
  return text;
}

/** The lines of MLSD. */
export async function* mlsxLines(session: Session, path: VirtualPath, signal: AbortSignal): AsyncGenerator<string> {
  const format = mlsxFormatter(session, false);
  const budget = new EntryBudget(session.host.options.limits.listingEntries);
  for await (const batch of ordered(session, path, { order: "name", reverse: false }, budget, signal)) {
    let text = "";
    for (const entry of batch) text += `${format(entry)}\r\n`;
    yield text;
  }
}
