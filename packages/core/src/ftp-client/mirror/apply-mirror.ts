/**
 * Does what a plan says: clears places, makes folders, copies files, makes links, and removes what is left over, in this
 * order, so that whatever ends it leaves the target with more rather than less.
 */
import { checkOptions } from "../../options/index.ts";
import { mirrorTable } from "./mirror-option-table.ts";
import { resolveVirtualPath, rootPath, type Storage } from "../../storage/index.ts";
import { applyDirectories, finishDirectories } from "./apply-directories.ts";
import { applyLinks } from "./apply-links.ts";
import { applyRemovals, removalsOf } from "./apply-removals.ts";
import { FileCopy } from "./copy-file.ts";
import { inLanes } from "./lanes.ts";
import { demandGoing, MirrorError } from "./mirror-error.ts";
import type { MirrorResult } from "./mirror-events.ts";
import type { MirrorApplyOptions } from "./mirror-options.ts";
import { countSteps, type CopyStep, type MirrorPlan, type SetModeStep } from "./mirror-plan.ts";
import { MirrorRun } from "./mirror-run.ts";
import { defaultParallel } from "./plan-folder.ts";
import { demandCount } from "./plan-mirror.ts";
import { setAttributes } from "./set-attributes.ts";
import { abilitiesOf } from "./target-abilities.ts";

/**
 * Applies a plan. What fails is in the result.
 *
 * @throws MirrorError `too-many-deletions`, before anything is done; RangeError for options that make no sense;
 * FtpTransferError `aborted`.
 */
export async function applyMirror(
  plan: MirrorPlan,
  from: Storage,
  to: Storage,
  options: MirrorApplyOptions = {},
): Promise<MirrorResult> {
  checkOptions(options, { ...mirrorTable, name: "applyMirror" });
  const { parallel = defaultParallel, maxDelete, signal } = options;
  demandCount("parallel", parallel, 1);
  demandCount("maxDelete", maxDelete ?? 0, 0);
  demandGoing(signal);
  const { removals } = countSteps(plan);
  if (maxDelete !== undefined && removals > maxDelete) {
    const message = `${removals} entries would be removed, and no more than ${maxDelete} may be; nothing was done`;
    throw new MirrorError("too-many-deletions", "Mirroring", message);
  }
  try {
    const path = resolveVirtualPath(rootPath, options.toPath ?? "/");
    const can = await abilitiesOf(to, { path, ...(signal === undefined ? {} : { signal }) });
    const run = new MirrorRun(plan, from, to, options, can);
    try {
      await applyAll(run, parallel);
    } finally {
      run.close();
    }
    return run.result();
  } catch (error) {
    demandGoing(signal);
    throw error;
  }
}

async function applyAll(run: MirrorRun, parallel: number): Promise<void> {
  const { steps } = run.plan;
  await applyRemovals(run, removalsOf(steps, true), parallel);
  const made = await applyDirectories(run, steps, parallel);
  const copies = steps.filter((step): step is CopyStep => step.action === "copy");
  const copy = (step: CopyStep): Promise<void> => run.step(step, () => new FileCopy(run, step).run());
  await inLanes(
    copies.filter(({ sharesName }) => sharesName !== true),
    parallel,
    copy,
  );
  // One after the other, so that each sees what became of the one before.
  await inLanes(
    copies.filter(({ sharesName }) => sharesName === true),
    1,
    copy,
  );
  await applyLinks(run, steps);
  await removeRest(run, parallel);
  // A folder may be closed to changes by its mode.
  const modes = steps.filter((step): step is SetModeStep => step.action === "set-mode");
  await inLanes(modes, parallel, (step) => run.step(step, () => setMode(run, step)));
  await finishDirectories(run, made, parallel);
}

async function setMode(run: MirrorRun, { path, mode }: SetModeStep): Promise<0> {
  await setAttributes(run, path, undefined, mode);
  run.done.modes++;
  return 0;
}

/** What is left over goes only when all the rest has come. */
async function removeRest(run: MirrorRun, parallel: number): Promise<void> {
  const removals = removalsOf(run.plan.steps, false);
  if (run.hasFailed && run.options.deleteAfterFailures !== true) run.heldBack += removals.length;
  else await applyRemovals(run, removals, parallel);
}
