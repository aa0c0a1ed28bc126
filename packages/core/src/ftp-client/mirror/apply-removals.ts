/** Removes what the plan says, each only if it is still what the plan saw. */
import { byDepth } from "./by-depth.ts";
import { inLanes } from "./lanes.ts";
import { isKind } from "./mirror-error.ts";
import type { MirrorStep, RemoveDirectoryStep, RemoveStep } from "./mirror-plan.ts";
import type { MirrorRun } from "./mirror-run.ts";
import { isSameContent, stampOf } from "./stamps.ts";

type Removal = RemoveStep | RemoveDirectoryStep;

/** The removals of a plan that go before anything is copied, or those that go after. */
export function removalsOf(steps: readonly MirrorStep[], first: boolean): readonly Removal[] {
  return steps.filter((step): step is Removal => {
    return (step.action === "remove" || step.action === "remove-directory") && (step.first === true) === first;
  });
}

/** Runs removals: files, several at once; then folders, the deepest first. */
export async function applyRemovals(run: MirrorRun, removals: readonly Removal[], parallel: number): Promise<void> {
  const files = removals.filter(({ action }) => action === "remove");
  await inLanes(files, parallel, (step) => run.step(step, () => run.retrying(step.path, () => remove(run, step))));
  const folders = byDepth(removals.filter(({ action }) => action === "remove-directory")).reverse();
  for (const alike of folders)
    await inLanes(alike, parallel, (step) => run.step(step, () => run.retrying(step.path, () => remove(run, step))));
}

/** @returns undefined when it is left alone, which is told. */
async function remove(run: MirrorRun, step: Removal): Promise<0 | undefined> {
  const { to, signal } = run;
  const path = to.at(step.path);
  const hasChanged = run.looksAgain ? await change(run, step) : undefined;
  if (hasChanged !== undefined) return run.note(step.path, hasChanged.end, hasChanged.message);
  try {
    await (step.action === "remove"
      ? to.storage.remove(path, { signal })
      : to.storage.removeDirectory(path, { signal }));
  } catch (error) {
    if (isKind(error, "directory-not-empty")) {
      return run.note(step.path, "target-changed", "there is something in it that the plan did not see, or left alone");
    }
    // Gone is gone.
    if (!isKind(error, "not-found")) throw error;
  }
  run.done.removed++;
  return 0;
}

interface Change {
  readonly end: "source-changed" | "target-changed";
  readonly message: string;
}

/** What has changed since the plan was made, so that a removal may be wrong by now; undefined for nothing. */
async function change(run: MirrorRun, step: Removal): Promise<Change | undefined> {
  const { from, to, options, signal } = run;
  if (step.first !== true && (await isThere(() => from.storage.stat(from.at(step.path), { signal })))) {
    return { end: "source-changed", message: "the source has it by now; it is not removed" };
  }
  // A look would follow a link.
  if (step.action !== "remove" || step.to === undefined || options.overwriteChanged === true) return undefined;
  let now;
  try {
    now = await to.storage.stat(to.at(step.path), { signal });
  } catch (error) {
    if (isKind(error, "not-found")) return undefined;
    throw error;
  }
  if (now.kind === step.kind && isSameContent(step.to, stampOf(now))) return undefined;
  return { end: "target-changed", message: "it was changed after the plan was made, and is not removed" };
}

async function isThere(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (isKind(error, "not-found", "not-a-directory")) return false;
    throw error;
  }
}
