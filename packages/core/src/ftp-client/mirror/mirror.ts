/** Makes one tree like another: looks what differs, and does what is to be done. */
import type { Storage } from "../../storage/index.ts";
import { checkOptions } from "../../options/index.ts";
import { mirrorTable } from "./mirror-option-table.ts";
import { applyMirror } from "./apply-mirror.ts";
import type { MirrorResult } from "./mirror-events.ts";
import type { MirrorOptions } from "./mirror-options.ts";
import type { MirrorPlan } from "./mirror-plan.ts";
import { planMirror } from "./plan-mirror.ts";

/** Milliseconds for which the plan is believed without looking again. */
const freshFor = 5_000;

/**
 * Makes a folder of the target like one of the source. Neither is taken as a whole into memory.
 *
 * @returns What was done, with the plan that it followed.
 * @throws As `planMirror` and `applyMirror` do.
 */
export async function mirror(
  from: Storage,
  to: Storage,
  options: MirrorOptions = {},
): Promise<MirrorResult & { readonly plan: MirrorPlan }> {
  checkOptions(options, mirrorTable);
  const plan = await planMirror(from, to, options);
  const result = await applyMirror(plan, from, to, { trustFor: freshFor, ...options });
  return { ...result, plan };
}
