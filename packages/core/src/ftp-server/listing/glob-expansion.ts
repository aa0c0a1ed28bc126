/** Patterns in paths, component by component, breadth first, within the listing's budget (CVE-2011-0418 is its want). */
import { compileGlob, hasGlob } from "../../protocol/index.ts";
import { StorageError, type Entry } from "../../storage/index.ts";
import type { Session } from "../session/session.ts";
import { speakable, type EntryBudget } from "./lines.ts";

/** A path that matches. */
export interface GlobMatch {
  /** As the pattern's author would have typed it. */
  readonly text: string;
  readonly entry: Entry;
}

/**
 * Yields what matches a pattern.
 *
 * @param pattern - With `*`, `?` or `[` in any of its components.
 * @param budget - Every entry that is looked at is spent from it.
 * @param signal - Ends the look at the storage.
 */
export async function* expandGlob(
  session: Session,
  pattern: string,
  budget: EntryBudget,
  signal: AbortSignal,
): AsyncGenerator<GlobMatch> {
  const components = pattern.split("/").filter((part) => part !== "" && part !== ".");
  let level: string[] = [pattern.startsWith("/") ? "/" : ""];
  for (const [index, component] of components.entries()) {
    const last = index === components.length - 1;
    const next: string[] = [];
    for (const folder of level) {
      for await (const match of matchComponent(session, folder, component, budget, signal)) {
        if (last) yield match;
        else if (match.entry.kind === "directory" || match.entry.kind === "symlink") next.push(`${match.text}/`);
      }
    }
    level = next;
  }
}

async function* matchComponent(
  session: Session,
  folder: string,
  component: string,
  budget: EntryBudget,
  signal: AbortSignal,
): AsyncGenerator<GlobMatch> {
  const { storage } = session.account;
  try {
    if (!hasGlob(component)) {
      const text = `${folder}${component}`;
      yield { text, entry: await storage.stat(session.path(text), { signal }) };
      return;
    }
    const matches = compileGlob(component);
    for await (const batch of storage.list(session.path(folder), { signal })) {
      budget.spend(batch.length);
      for (const entry of speakable(session, batch))
        if (matches(entry.name)) yield { text: `${folder}${entry.name}`, entry };
    }
  } catch (error) {
    // A folder that is not there, or may not be read, matches nothing; the other ones still count.
    if (error instanceof StorageError && passable.has(error.kind)) return;
    throw error;
  }
}

const passable: ReadonlySet<string> = new Set([
  "not-found",
  "not-a-directory",
  "permission-denied",
  "name-not-allowed",
]);
