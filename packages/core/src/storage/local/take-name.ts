/** How a file gets a name: in place of what has it, or only where it is free. */
import { constants, type Stats } from "node:fs";
import type { Favours } from "./file-favours.ts";
import type { SystemCalls } from "./system-calls.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/**
 * Gives a file a name that nothing has.
 *
 * A second name by a hard link fails where one exists, and no moment lies between the look and the deed. Without hard links the
 * name is claimed by an empty file, which only one of many can make; then the file takes the place of that. For a moment
 * others see an empty file.
 *
 * @throws what the system says; `EEXIST` where something has the name.
 */
export async function takeFreeName(calls: SystemCalls, favours: Favours, from: string, to: string): Promise<void> {
  if (!favours.isRefused("hard-links") && (await favours.do("hard-links", () => calls.link(from, to)))) {
    await calls.unlink(from, 0);
    return;
  }
  const fd = await calls.open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  const claim = await calls.fstat(fd).finally(() => calls.close(fd));
  try {
    if (!isClaim(await calls.present(to), claim)) throw nameTaken(to);
    await calls.rename(from, to, 0);
  } catch (error) {
    if (isClaim(await calls.present(to).catch(() => undefined), claim))
      await calls.unlink(to, 0).catch(() => undefined);
    throw error;
  }
}

/** Whether a name still has the empty file that was put there to claim it. */
function isClaim(now: Stats | undefined, claim: Stats): boolean {
  return now?.ino === claim.ino && now.dev === claim.dev && now.size === 0;
}

function nameTaken(to: string): Error {
  return Object.assign(new Error(`EEXIST: file already exists, '${to}'`), { code: "EEXIST" });
}
