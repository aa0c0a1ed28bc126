/**
 * What LIST, NLST and STAT mean by their argument: switches as `ls` has them, a path, or a pattern.
 *
 * The whole text is taken literally first: a file named `-la` or `a*b` that is there is meant by its name. Only then
 * leading switches are taken off, and only where that is not there either, `*`, `?` and `[` are a pattern.
 */
import { hasGlob, type ListArgument } from "../../protocol/index.ts";
import { StorageError, type Entry, type VirtualPath } from "../../storage/index.ts";
import type { Session } from "../session/session.ts";
import { expandGlob, type GlobMatch } from "./glob-expansion.ts";
import { EntryBudget, formatBatch, ordered, sortEntries, type ListingStyle } from "./lines.ts";

/** A listing that is ready to be sent: what it names is there. */
export interface Listing {
  /** What is listed, for events and replies. */
  readonly path: string;
  /** Whether it is of one file, not of a folder. */
  readonly ofFile: boolean;
  /** Whether it is of what matches a pattern, which may be nothing. */
  readonly ofMatches?: true;
  pieces(): AsyncGenerator<string>;
}

/** One command's listing: whose it is, how it is shown, and what bounds it. */
interface Asked {
  readonly session: Session;
  /** Ends the looks at the storage. */
  readonly signal: AbortSignal;
  readonly style: ListingStyle;
  readonly budget: EntryBudget;
  /** Milliseconds since 1970: lines of old files tell the year instead of the hour. */
  readonly now: number;
}

/**
 * Finds what is to be listed.
 *
 * @param form - What the verb shows without switches.
 * @param signal - Ends the finding, and the listing's pieces.
 * @throws StorageError when the path is not there.
 */
export async function resolveListing(
  session: Session,
  argument: ListArgument,
  form: "long" | "names",
  signal: AbortSignal,
): Promise<Listing> {
  const { literal, switches, path: text } = argument;
  const budget = new EntryBudget(session.host.options.limits.listingEntries);
  const plain: Asked = { session, signal, style: styleOf("", form), budget, now: Date.now() };
  const asLiteral = literal === undefined || literal === text ? undefined : await present(plain, literal);
  if (asLiteral !== undefined && literal !== undefined) return found(plain, literal, asLiteral, "");
  const asked = { ...plain, style: styleOf(switches, form) };
  const wanted = text ?? "";
  const entry = await presentOrPattern(asked, wanted);
  if (entry !== undefined) return found(asked, wanted, entry, switches);
  return { path: wanted, ofFile: false, ofMatches: true, pieces: () => matches(asked, wanted) };
}

function styleOf(switches: string, form: "long" | "names"): ListingStyle {
  const last = (letters: string): number => Math.max(...[...letters].map((letter) => switches.lastIndexOf(letter)));
  const long = last("l");
  const short = last("1");
  return {
    form: long > short ? "long" : short > long ? "names" : form,
    order: switches.includes("t") ? "time" : switches.includes("S") ? "size" : "name",
    reverse: switches.includes("r"),
    classify: switches.includes("F") || switches.includes("p"),
  };
}

/** What is there under this name; undefined when nothing is. */
async function present({ session, signal }: Asked, text: string): Promise<Entry | undefined> {
  try {
    return await session.account.storage.stat(session.path(text), { signal });
  } catch (error) {
    if (
      error instanceof StorageError &&
      (error.kind === "not-found" || error.kind === "not-a-directory" || error.kind === "name-not-allowed")
    ) {
      return undefined;
    }
    throw error;
  }
}

/** As `present`, but only a pattern may be missing. @throws StorageError `not-found`. */
async function presentOrPattern(asked: Asked, text: string): Promise<Entry | undefined> {
  if (hasGlob(text)) return present(asked, text);
  const { session, signal } = asked;
  return session.account.storage.stat(session.path(text), { signal });
}

function found(asked: Asked, text: string, entry: Entry, switches: string): Listing {
  const { session, style, now } = asked;
  const path = session.path(text);
  if (entry.kind !== "directory" || switches.includes("d")) {
    const name = text === "" || text === "." ? "." : text;
    return { path, ofFile: true, pieces: () => once(formatBatch([{ ...entry, name }], style, "", now)) };
  }
  if (switches.includes("R")) {
    return { path, ofFile: false, pieces: () => recursive(asked, path, text === "" ? "." : text) };
  }
  return { path, ofFile: false, pieces: () => folder(asked, path, prefixOf(text)) };
}

/** NLST's names are to be usable as they are: what was typed stays in front of them. */
function prefixOf(text: string): string {
  return text === "" || text === "." || text === "./" ? "" : text.endsWith("/") ? text : `${text}/`;
}

async function* once(text: string): AsyncGenerator<string> {
  yield await Promise.resolve(text);
}

async function* folder(asked: Asked, path: VirtualPath, prefix: string): AsyncGenerator<string> {
  const { session, style, budget, signal, now } = asked;
  for await (const batch of ordered(session, path, style, budget, signal)) {
    yield formatBatch(batch, style, prefix, now);
  }
}

/** As `ls -R`: each folder under its own heading. Links are shown and not followed, so that no cycle is walked. */
async function* recursive(asked: Asked, top: VirtualPath, shown: string): AsyncGenerator<string> {
  const { session, style, budget, signal, now } = asked;
  const stack: { path: VirtualPath; shown: string; depth: number }[] = [{ path: top, shown, depth: 0 }];
  const deepest = session.host.options.limits.listingDepth;
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    yield `${next.depth === 0 ? "" : "\r\n"}${next.shown}:\r\n`;
    const below: Entry[] = [];
    for await (const batch of ordered(session, next.path, style, budget, signal)) {
      for (const entry of batch) if (entry.kind === "directory") below.push(entry);
      yield formatBatch(batch, style, "", now);
    }
    if (next.depth >= deepest) continue;
    const base = next.path === "/" ? "/" : `${next.path}/`;
    for (const entry of below.reverse()) {
      stack.push({
        path: session.path(`${base}${entry.name}`),
        shown: `${next.shown}/${entry.name}`,
        depth: next.depth + 1,
      });
    }
  }
}

/** Files that match come as typed; a folder that matches is shown itself, as `ls -d` would. No match is an empty listing. */
async function* matches({ session, style, budget, signal, now }: Asked, pattern: string): AsyncGenerator<string> {
  const all: Entry[] = [];
  for await (const match of expandGlob(session, pattern, budget, signal)) all.push(named(match));
  yield formatBatch(sortEntries(all, style), style, "", now);
}

function named(match: GlobMatch): Entry {
  return { ...match.entry, name: match.text };
}
