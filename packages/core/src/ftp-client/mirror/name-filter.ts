/**
 * Patterns of what is mirrored: `*.log`, `cache/`, `/build/**`.
 *
 * A pattern without a slash is one of names, wherever they lie; one with a slash, of paths from the root of the tree, where
 * `**` stands for any number of folders. With a slash at its end it means folders only.
 */
import { compileGlob } from "../../storage/index.ts";
import type { FilteredEntry, MirrorPlanOptions } from "./mirror-options.ts";

/** Patterns at most. */
export const patternLimit = 1_000;

type PathMatcher = (path: string, isDirectory: boolean) => boolean;

/** Decides about entries. */
export interface NameFilter {
  /** Whether an entry is mirrored, and not to be removed at the target either where it is not. */
  takes(entry: FilteredEntry): boolean;
  /** Whether only some files are wanted, so that folders without any of them are not made. */
  readonly isSelective: boolean;
}

/** @throws RangeError for a pattern that is empty or too long, and for too many of them. */
export function makeFilter({ include = [], exclude = [], filter }: MirrorPlanOptions): NameFilter {
  if (include.length + exclude.length > patternLimit)
    throw new RangeError(`There are more than ${patternLimit} patterns`);
  const included = include.map(compilePattern);
  const excluded = exclude.map(compilePattern);
  return {
    takes: (entry) => {
      const isDirectory = entry.kind === "directory";
      if (excluded.some((matches) => matches(entry.path, isDirectory))) return false;
      // A folder is looked into: what is wanted may lie there.
      if (included.length > 0 && !isDirectory && !included.some((matches) => matches(entry.path, false))) return false;
      return filter?.(entry) !== false;
    },
    isSelective: included.length > 0,
  };
}

function compilePattern(pattern: string): PathMatcher {
  const onlyFolders = pattern.endsWith("/");
  const bare = pattern.replace(/^\/|\/$/g, "");
  if (bare === "") throw new RangeError(`${JSON.stringify(pattern)} is no pattern`);
  const matches = compileGlob(bare);
  const isOfPaths = pattern.startsWith("/") || bare.includes("/");
  return (path, isDirectory) => {
    if (onlyFolders && !isDirectory) return false;
    return matches(isOfPaths ? path : path.slice(path.lastIndexOf("/") + 1));
  };
}
