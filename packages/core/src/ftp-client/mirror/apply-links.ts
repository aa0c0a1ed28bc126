/** Links that the plan makes: after what they lead to, each other included. */
import { isKind } from "./mirror-error.ts";
import type { LinkStep, MirrorStep } from "./mirror-plan.ts";
import type { MirrorRun } from "./mirror-run.ts";

/** Makes the links. */
export async function applyLinks(run: MirrorRun, steps: readonly MirrorStep[]): Promise<void> {
  let waiting = steps.filter((step): step is LinkStep => step.action === "link");
  // A link may lead to one that comes later: what does not work is tried again as long as any does.
  for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
    before = waiting.length;
    const later: LinkStep[] = [];
    for (const step of waiting) {
      await run.step(step, async () => {
        try {
          await run.retrying(step.path, () => makeLink(run, step));
        } catch (error) {
          if (!isKind(error, "not-found")) throw error;
          later.push(step);
          return undefined;
        }
        run.done.links++;
        return 0;
      });
    }
    waiting = later;
  }
  for (const { path } of waiting) run.note(path, "link", "what the link leads to is not at the target");
}

async function makeLink(run: MirrorRun, step: LinkStep): Promise<void> {
  const { to, signal } = run;
  const path = to.at(step.path);
  const target = to.at(step.target);
  // The old one goes only when the new one leads somewhere.
  await to.storage.stat(target, { signal });
  if (step.replaces === true) {
    await to.storage.remove(path, { signal }).catch((error: unknown) => {
      if (!isKind(error, "not-found")) throw error;
    });
  }
  await to.storage.link?.(target, path, { signal });
}
