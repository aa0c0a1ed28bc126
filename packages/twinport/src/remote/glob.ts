/** Patterns in paths, of a server or of this machine: each component by itself, `**` is no more than `*`. */
import { compileGlob, hasGlob } from "@twinport/core/protocol";
import { UsageError } from "../exit-codes.ts";

/** Folders that one pattern may look into. */
export const globFolderLimit = 10_000;

/** What a pattern found. */
export interface Found {
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink" | "other" | "unknown";
  /** Octets, where they are known. */
  readonly size?: number | undefined;
}

/** Where a pattern is looked for. */
export interface Searched {
  /**
   * What is in a folder; the empty path is where one begins. Undefined where there is no such folder.
   *
   * @param isFound - Whether it is known to be there, from a listing.
   */
  list(
    folder: string,
    isFound: boolean,
  ): Promise<readonly (Omit<Found, "path"> & { readonly name: string })[] | undefined>;
  /** What a path without a pattern names; undefined when nothing is there. */
  look(path: string): Promise<Found | undefined>;
}

/** Whether a path is a pattern: `\` stands before a character that is meant itself. */
export function isPattern(path: string): boolean {
  return hasGlob(path.replace(/\\[*?[\]\\]/g, ""));
}

/** A path that is no pattern, as it is meant. */
export function unescaped(path: string): string {
  return path.replace(/\\([*?[\]\\])/g, "$1");
}

/** A path as a pattern that matches nothing else. */
export function escaped(path: string): string {
  return path.replace(/[*?[\]\\]/g, "\\$&");
}

/**
 * What a pattern matches, in the order of names. A `/` at its end asks for folders only.
 *
 * @throws UsageError when it leads into more folders than are looked into.
 */
export async function expandGlob(pattern: string, searched: Searched): Promise<Found[]> {
  const foldersOnly = pattern.length > 1 && pattern.endsWith("/");
  const components = pattern.replace(/(?<=.)\/+$/, "").split("/");
  let found: Found[] = [{ path: "", kind: "directory" }];
  let isFound = false;
  let folders = 0;
  for (const [index, component] of components.entries()) {
    const next: Found[] = [];
    const isLast = index === components.length - 1;
    for (const { path } of found) {
      if (!isPattern(component)) {
        const inside = join(path, unescaped(component), index);
        // Only what the pattern found is asked for; what stands before it is found out by listing it.
        const there = isLast ? await searched.look(inside) : ({ path: inside, kind: "directory" } as const);
        if (there !== undefined) next.push(there);
        continue;
      }
      if (++folders > globFolderLimit)
        throw new UsageError(`The pattern leads into more than ${globFolderLimit} folders`);
      next.push(...(await matches(path, component, searched, isFound, isLast && !foldersOnly, index)));
    }
    isFound = isPattern(component);
    found = next;
  }
  return found;
}

async function matches(
  folder: string,
  component: string,
  searched: Searched,
  isFound: boolean,
  any: boolean,
  depth: number,
): Promise<Found[]> {
  const fits = compileGlob(component);
  const entries = (await searched.list(folder, isFound)) ?? [];
  return entries
    .filter(({ name, kind }) => fits(name) && (any || kind === "directory" || kind === "symlink"))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, kind, size }) => ({ path: join(folder, name, depth), kind, size }));
}

function join(folder: string, name: string, depth: number): string {
  if (depth === 0) return name === "" ? "/" : name;
  return folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}
