/** Runs `twinport mirror`: once, from a saved plan, or again and again. */
import { readFile, writeFile } from "node:fs/promises";
import {
  applyMirror,
  countSteps,
  formatMirrorPlan,
  isPassing,
  LocalFileError,
  parseMirrorPlan,
  planMirror,
  type MirrorApplyOptions,
  type MirrorPlan,
  type MirrorPlanOptions,
  type MirrorResult,
} from "@twinport/core/ftp-client";
import { SomeFailedError, UsageError } from "../exit-codes.ts";
import { withoutPassword } from "../remote/each.ts";
import { makeProgress, type ProgressView } from "../remote/progress.ts";
import { withInterrupt } from "../remote/session.ts";
import { madeTarget, openEnds, type MirrorEnd } from "./mirror-ends.ts";
import { mirrorOptions, type MirrorFlags } from "./mirror-flags.ts";
import { MirrorTeller, writePlan, writeResult } from "./mirror-tellers.ts";
import { planSummary, resultSummary } from "./summaries.ts";
import { watchMirror } from "./watch-mirror.ts";

/** What one run works with. */
export interface MirrorJob {
  readonly from: MirrorEnd;
  /** Another one once its folder was made. */
  to: MirrorEnd;
  readonly flags: MirrorFlags;
  readonly view: ProgressView;
  readonly options: MirrorPlanOptions & MirrorApplyOptions & { readonly signal: AbortSignal };
}

/** As the command line says. @throws UsageError, SomeFailedError, and what planning throws. */
export async function runMirror(source: string, target: string, flags: MirrorFlags): Promise<void> {
  const options = mirrorOptions(flags);
  if (flags.interval !== undefined && flags.watch !== true) throw new UsageError("--interval goes with --watch");
  const saved = flags.apply === undefined ? undefined : await readPlan(flags.apply, source, target);
  const view = await makeProgress(flags);
  try {
    await withInterrupt(async (signal) => {
      const [from, to] = await openEnds(source, target, flags, signal, view.note);
      const job: MirrorJob = {
        from,
        to,
        flags,
        view,
        options: { ...options, ...jobOptions(from, to, flags, view), signal },
      };
      try {
        if (flags.watch === true) await watchMirror(job, () => runOnce(job));
        else if (saved === undefined) await runOnce(job);
        else demandWhole(await apply(job, saved));
      } finally {
        await Promise.all([from.close(), job.to.close()]);
      }
    });
  } finally {
    view.close();
  }
}

/** Attempts after the first, unless the flags say otherwise. */
const defaultRetries = 3;

function jobOptions(from: MirrorEnd, to: MirrorEnd, flags: MirrorFlags, view: ProgressView): MirrorPlanOptions {
  const { retries = defaultRetries, retryDelay } = flags;
  const teller = new MirrorTeller(view, flags.json === true, to.local === undefined ? "upload" : "download", retries);
  // A server that cannot be reached at all is told at once: nobody waits for a typing error.
  let reached = flags.retries !== undefined;
  return {
    names: { from: from.name, to: to.name },
    onEvent: (event) => {
      if (event.type === "listed") reached = true;
      teller.tell(event);
    },
    retry: {
      retries,
      ...(retryDelay === undefined ? {} : { delay: retryDelay }),
      retryable: (error) => reached && isPassing(error),
    },
  };
}

/** Plans, and does it unless only the plan is wanted. @throws SomeFailedError. */
async function runOnce(job: MirrorJob): Promise<void> {
  const { flags, from, to, options } = job;
  const plan = await planMirror(from.storage, to.storage, { ...options, fromPath: from.path, toPath: to.path });
  if (flags.plan !== undefined) await savePlan(flags.plan, plan);
  if (flags.dryRun === true || flags.plan !== undefined) {
    await showPlan(job, plan);
    if (plan.failures.length > 0) throw failed(plan.failures.map(({ message }) => new Error(message)));
    return;
  }
  demandWhole(await apply(job, plan));
}

async function showPlan({ flags, from, to }: MirrorJob, plan: MirrorPlan): Promise<void> {
  if (flags.plan === "-") return;
  if (flags.json === true) {
    writePlan(plan);
    return;
  }
  const { headLine, stepLine } = await import("./plan-lines.ts");
  process.stdout.write(`${headLine(from.name, to.name)}\n`);
  for (const step of plan.steps) process.stdout.write(`${stepLine(step)}\n`);
  process.stdout.write(`${planSummary(plan)}\n`);
}

async function apply(job: MirrorJob, plan: MirrorPlan): Promise<MirrorResult> {
  const { flags, from, view, options } = job;
  const { copies, bytes } = countSteps(plan);
  view.expect(copies, bytes);
  const to = await madeTarget(job.to);
  job.to = to;
  const ends = { fromPath: from.path, toPath: to.path };
  const result = await applyMirror(plan, from.storage, to.storage, { ...options, ...ends });
  view.end();
  if (flags.json === true) writeResult(result);
  else if (flags.watch !== true || plan.steps.length > 0) process.stdout.write(`${resultSummary(result)}\n`);
  return result;
}

/** @throws SomeFailedError for a result with failures, each of which was told. */
function demandWhole({ failures }: MirrorResult): void {
  if (failures.length > 0) throw failed(failures.map(({ error, message }) => error ?? new Error(message)));
}

function failed(errors: readonly unknown[]): SomeFailedError {
  return new SomeFailedError(`The mirror is not complete: ${errors.length} failed`, errors);
}

async function savePlan(file: string, plan: MirrorPlan): Promise<void> {
  const text = formatMirrorPlan(plan);
  if (file === "-") {
    process.stdout.write(text);
    return;
  }
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new LocalFileError(`Saving ${file}`, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** @throws LocalFileError, MirrorError; UsageError for a plan of other folders. */
async function readPlan(file: string, source: string, target: string): Promise<MirrorPlan> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new LocalFileError(`Reading ${file}`, cause instanceof Error ? cause.message : String(cause), { cause });
  }
  const plan = parseMirrorPlan(text);
  const { names } = plan;
  if (names !== undefined && (names.from !== withoutPassword(source) || names.to !== withoutPassword(target))) {
    throw new UsageError(`The plan is one from ${names.from} to ${names.to}`);
  }
  return plan;
}
