/** What becomes of symbolic links while a plan is made. */
import { isWithin, parentPath, resolveVirtualPath, type Entry } from "../../storage/index.ts";
import { isKind } from "./mirror-error.ts";
import { below, type MirrorEnd, type PlanContext } from "./plan-context.ts";

/** Links to folders that are followed within each other at most. */
export const linkDepth = 8;

/** The folders that lead to one, and what tells them apart, so that no link is followed in circles. */
export interface Ancestry {
  readonly path: string;
  /** The storage's own mark of the folder, where it has one. */
  readonly unique: string | undefined;
  readonly links: number;
  readonly above: Ancestry | undefined;
}

/** A source's link, with what it leads to in its place; undefined when it is left out, and that is told. */
export async function followLink(
  context: PlanContext,
  path: string,
  entry: Entry,
  ancestry: Ancestry,
): Promise<Entry | undefined> {
  const found = await followed(context, context.from, path);
  if (found === undefined) {
    context.draft.note(path, "link", "the link leads to nothing that can be seen");
    return undefined;
  }
  if (found.kind !== "directory") return { ...found, name: entry.name };
  if (ancestry.links < linkDepth && !leadsUp(context.from, path, entry, found, ancestry)) {
    return { ...found, name: entry.name };
  }
  context.draft.note(path, "link", "the link leads to a folder that it lies in, or through too many other links");
  return undefined;
}

/** What a link leads to; undefined for nothing. @throws StorageError. */
export function followed(context: PlanContext, end: MirrorEnd, path: string): Promise<Entry | undefined> {
  return context.retrying(path, async (options) => {
    try {
      return await end.storage.stat(end.at(path), options);
    } catch (error) {
      if (isKind(error, "not-found")) return undefined;
      throw error;
    }
  });
}

function leadsUp(end: MirrorEnd, path: string, link: Entry, found: Entry, ancestry: Ancestry): boolean {
  for (let next: Ancestry | undefined = ancestry; next !== undefined; next = next.above) {
    if (found.unique !== undefined && found.unique === next.unique) return true;
  }
  if (link.target === undefined) return false;
  const here = end.at(path);
  return isWithin(resolveVirtualPath(parentPath(here), link.target), here);
}

/** Where a link leads, from the root of the tree; undefined when that is outside of it, or not known. */
export function linkTarget(end: MirrorEnd, folder: string, link: Entry): string | undefined {
  if (link.target === undefined) return undefined;
  const leadsTo = resolveVirtualPath(end.at(folder), link.target);
  if (!isWithin(end.root, leadsTo)) return undefined;
  return leadsTo.slice(end.root === "/" ? 1 : end.root.length + 1);
}

/** Plans to make a link anew. @returns Whether something is to be done. */
export function planLink(context: PlanContext, folder: string, link: Entry, there: Entry | undefined): void {
  const { draft, from, to } = context;
  const path = below(folder, link.name);
  const target = linkTarget(from, folder, link);
  if (!context.makesLinks || target === undefined) {
    const message = target === undefined ? "the link leads out of the tree" : "the target cannot make links";
    draft.note(path, "link", message);
    return;
  }
  const isThere = there?.kind === "symlink";
  if (isThere && linkTarget(to, folder, there) === target) draft.unchanged.links++;
  else draft.steps.push({ action: "link", path, target, ...(isThere ? { replaces: true as const } : {}) });
}
