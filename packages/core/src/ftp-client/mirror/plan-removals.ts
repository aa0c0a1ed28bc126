/** What the target has and the source has not: each entry of it, so that what is going to be removed can be seen. */
import type { Entry } from "../../storage/index.ts";
import { below, isUnsafeName, mirrorDepth, type PlanContext } from "./plan-context.ts";
import type { MirrorStep, RemoveStep } from "./mirror-plan.ts";
import { stampOf } from "./stamps.ts";

/** Where removals are put. */
export interface RemovalPlan {
  /** Whether something else is to come in its place. */
  readonly first: boolean;
  readonly into: MirrorStep[];
}

/**
 * Plans to remove an entry of the target, with all that is in it. What the filter leaves out stays, and the folders that
 * hold it.
 *
 * @returns Whether all of it goes.
 */
export async function planRemoval(
  context: PlanContext,
  folder: string,
  entry: Entry,
  { first, into }: RemovalPlan,
  depth: number,
): Promise<boolean> {
  const path = below(folder, entry.name);
  const { kind, size, modified } = entry;
  if (isUnsafeName(entry.name) || !context.filter.takes({ path, kind, size, modified })) return false;
  const when = first ? { first: true as const } : {};
  if (kind !== "directory") {
    // With links left out at the source, nobody knows whether it has this one.
    if (kind === "symlink" && (context.options.links ?? "skip") === "skip" && !first) return false;
    into.push(removal(path, entry, when));
    return true;
  }
  if (depth >= mirrorDepth) return false;
  let entries: Entry[];
  try {
    entries = await context.list(context.to, path);
  } catch (error) {
    context.failed(path, "target", error);
    return false;
  }
  let isWhole = true;
  for (const inner of entries) {
    if (!(await planRemoval(context, path, inner, { first, into }, depth + 1))) isWhole = false;
  }
  if (isWhole) into.push({ action: "remove-directory", path, ...when });
  return isWhole;
}

function removal(path: string, entry: Entry, when: { readonly first?: true }): RemoveStep {
  const { kind } = entry;
  if (kind === "file") return { action: "remove", path, kind, to: stampOf(entry), ...when };
  return { action: "remove", path, kind: kind === "symlink" ? kind : "other", ...when };
}
