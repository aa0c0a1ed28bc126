/** Times and modes of what was copied or made. What cannot be set is told; the copy is good without. */
import type { StorageOptions } from "../../storage/index.ts";
import { isKind, messageOf } from "./mirror-error.ts";
import type { MirrorRun } from "./mirror-run.ts";

/** Sets what the target can set: the mode first, for some servers take a change of it for one of the file. */
export async function setAttributes(
  run: MirrorRun,
  path: string,
  modified: number | undefined,
  mode: number | undefined,
): Promise<void> {
  const { storage } = run.to;
  const at = run.to.at(path);
  const options: StorageOptions = { signal: run.signal };
  if (mode !== undefined && storage.changeMode !== undefined) {
    await attempt(run, path, "mode", () => storage.changeMode?.(at, mode, options));
  }
  if (modified !== undefined && storage.setTimes !== undefined && run.options.preserveTimes !== false) {
    await attempt(run, path, "times", () => storage.setTimes?.(at, { modified }, options));
  }
}

async function attempt(
  run: MirrorRun,
  path: string,
  what: "times" | "mode",
  set: () => Promise<void> | undefined,
): Promise<void> {
  if (run.refused.has(what)) return;
  try {
    await run.retrying(path, async () => set());
  } catch (error) {
    run.signal.throwIfAborted();
    // Another file under way may have told it.
    if (run.refused.has(what)) return;
    if (isKind(error, "not-supported")) run.refused.add(what);
    run.note(path, "attributes", `its ${what} cannot be set: ${messageOf(error)}`);
  }
}
