/**
 * Compares two trees, a folder at a time, and tells what is to be done: nothing is changed. Of entries only those that differ
 * are kept, so that a tree of a million files takes the memory of its largest folder.
 */
import { setMaxListeners } from "node:events";
import { resolveVirtualPath, rootPath, type Entry, type Storage } from "../../storage/index.ts";
import { LinkedSignal } from "../linked-signal.ts";
import { checkOptions } from "../../options/index.ts";
import { mirrorTable } from "./mirror-option-table.ts";
import { inLanesFromStack } from "./lanes.ts";
import { demandGoing, isKind } from "./mirror-error.ts";
import type { MirrorPlanOptions } from "./mirror-options.ts";
import type { MirrorPlan } from "./mirror-plan.ts";
import { PlanContext } from "./plan-context.ts";
import { defaultParallel, FolderPlan, type PendingFolder } from "./plan-folder.ts";
import { abilitiesOf } from "./target-abilities.ts";

/**
 * Plans to make the target like the source.
 *
 * @throws What listing the source's or the target's root threw; any listing's error with `onError: "stop"`; MirrorError
 * `too-large`; RangeError for options that make no sense; FtpTransferError `aborted`.
 */
export async function planMirror(from: Storage, to: Storage, options: MirrorPlanOptions = {}): Promise<MirrorPlan> {
  checkOptions(options, { ...mirrorTable, name: "planMirror" });
  demandCount("parallel", options.parallel ?? defaultParallel, 1);
  demandCount("maxEntries", options.maxEntries ?? 1, 1);
  demandCount("timeTolerance", options.timeTolerance ?? 0, 0);
  demandGoing(options.signal);
  const planned = Date.now();
  const linked = new LinkedSignal([options.signal]);
  const { signal } = linked;
  // Each folder under way has several that listen; none stays.
  setMaxListeners(0, signal);
  try {
    const path = resolveVirtualPath(rootPath, options.toPath ?? "/");
    const can = await abilitiesOf(to, { signal, path });
    const context = new PlanContext(from, to, { ...options, signal }, can);
    await compare(context, options.parallel ?? defaultParallel);
    const names = options.names === undefined ? {} : { names: options.names };
    return context.draft.finish({ planned, compare: context.rule.compare, ...names }, context.filter.isSelective);
  } catch (error) {
    demandGoing(options.signal);
    throw error;
  } finally {
    linked.release();
  }
}

/** @throws RangeError for what is no whole number from `least`. */
export function demandCount(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) throw new RangeError(`${name} must be a whole number from ${least}`);
}

async function compare(context: PlanContext, parallel: number): Promise<void> {
  const [source, target] = await Promise.all([rootOf(context, "from"), rootOf(context, "to")]);
  if (target === undefined) context.draft.steps.push({ action: "make-directory", path: "" });
  else context.draft.unchanged.directories++;
  const ancestry = { path: "", unique: source?.unique, links: 0, above: undefined };
  const pending: PendingFolder[] = [{ path: "", isThere: target !== undefined, depth: 0, ancestry }];
  await inLanesFromStack(pending, parallel, (folder) => new FolderPlan(context, folder, pending).run());
}

/** The root of an end, which must be a folder; undefined for one of the target that is missing. */
async function rootOf(context: PlanContext, end: "from" | "to"): Promise<Entry | undefined> {
  const { storage, root } = context[end];
  return context.retrying("", async (options) => {
    try {
      return await storage.stat(root, options);
    } catch (error) {
      if (end === "to" && isKind(error, "not-found")) return undefined;
      throw error;
    }
  });
}
