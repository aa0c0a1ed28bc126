/** Folders that the plan makes, those above before those below; and their times, when nothing is put into them any more. */
import { parentPath, type VirtualPath } from "../../storage/index.ts";
import { byDepth } from "./by-depth.ts";
import { inLanes } from "./lanes.ts";
import { isKind } from "./mirror-error.ts";
import type { MakeDirectoryStep, MirrorStep } from "./mirror-plan.ts";
import type { MirrorRun } from "./mirror-run.ts";
import { setAttributes } from "./set-attributes.ts";

/** Makes the folders. @returns Those that were made now. */
export async function applyDirectories(
  run: MirrorRun,
  steps: readonly MirrorStep[],
  parallel: number,
): Promise<readonly MakeDirectoryStep[]> {
  const made: MakeDirectoryStep[] = [];
  const wanted = steps.filter((step): step is MakeDirectoryStep => step.action === "make-directory");
  const make = (step: MakeDirectoryStep): Promise<void> => {
    return run.step(step, async () => {
      const isMade = await run.retrying(step.path, () =>
        step.path === "" ? makeRoot(run, run.to.root) : makeOne(run, step),
      );
      if (!isMade) return undefined;
      made.push(step);
      run.done.directories++;
      return 0;
    });
  };
  for (const alike of byDepth(wanted)) {
    const [alone, shared] = [alike.filter((step) => step.sharesName !== true), alike.filter((step) => step.sharesName)];
    await inLanes(alone, parallel, make);
    await inLanes(shared, 1, make);
  }
  return made;
}

/** Sets the times of new folders, and modes that would have kept files out of them; the deepest first. */
export async function finishDirectories(
  run: MirrorRun,
  made: readonly MakeDirectoryStep[],
  parallel: number,
): Promise<void> {
  if (run.isHalted()) return;
  const keepsModes = run.options.preserveModes !== false;
  const set = ({ path, modified, mode }: MakeDirectoryStep): Promise<void> => {
    const isNarrow = mode !== undefined && (mode & ownersBits) !== ownersBits;
    return setAttributes(run, path, modified, keepsModes && isNarrow ? mode : undefined);
  };
  for (const alike of byDepth(made.filter(({ path }) => path !== "")).reverse()) await inLanes(alike, parallel, set);
}

async function makeOne(run: MirrorRun, step: MakeDirectoryStep): Promise<boolean> {
  const { to, signal, options } = run;
  const mode = options.preserveModes === false ? undefined : step.mode;
  const how = { signal, ...(mode === undefined ? {} : { permissions: mode | ownersBits }) };
  try {
    await to.storage.makeDirectory(to.at(step.path), how);
  } catch (error) {
    if (!isKind(error, "already-exists")) throw error;
    if (step.sharesName === true) {
      run.leaveOut(step.path);
      run.note(step.path, "same-name", "the target takes another name of this folder for the same");
      return false;
    }
    // Somebody made it meanwhile, or an attempt whose answer was lost.
    const { kind } = await to.storage.stat(to.at(step.path), { signal });
    if (kind !== "directory") throw error;
  }
  return true;
}

/** Bits of the owner without which nothing can be put into a folder. */
const ownersBits = 0o700;

/** Makes the tree's root, and what is missing above it. @returns Whether it was not there. */
async function makeRoot(run: MirrorRun, root: VirtualPath): Promise<boolean> {
  const { storage } = run.to;
  const options = { signal: run.signal };
  try {
    if ((await storage.stat(root, options)).kind === "directory") return false;
  } catch (error) {
    if (!isKind(error, "not-found") || root === "/") throw error;
    await makeRoot(run, parentPath(root));
  }
  try {
    await storage.makeDirectory(root, options);
  } catch (error) {
    if (!isKind(error, "already-exists")) throw error;
  }
  return true;
}
