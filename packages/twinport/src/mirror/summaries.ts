/** A plan and an outcome as people read them, in a line. */
import { countSteps, type MirrorPlan, type MirrorResult } from "@twinport/core/ftp-client";
import { formatBytes } from "../remote/units.ts";

/** What a plan comes to, in a line. */
export function planSummary(plan: MirrorPlan): string {
  const { copies, bytes, directories, links, modes, removals } = countSteps(plan);
  const parts = [
    ...some(copies, "file", ` to copy (${formatBytes(bytes)})`),
    ...some(directories, "folder", " to make"),
    ...some(links, "link", " to make"),
    ...some(modes, "mode", " to set"),
    ...some(removals, "entry", " to remove", "entries"),
  ];
  const rest = [...some(plan.unchanged.files, "file", " unchanged"), ...heldBack(plan.heldBack)];
  return `${[...(parts.length === 0 ? ["Nothing to do"] : parts), ...rest].join(", ")}.`;
}

/** What was done, in a line. */
export function resultSummary(result: MirrorResult): string {
  const { copied, bytes, directories, links, modes, removed, unchanged, failures, notTried } = result;
  const parts = [
    ...some(copied, "file", ` copied (${formatBytes(bytes)})`),
    ...some(directories, "folder", " made"),
    ...some(links, "link", " made"),
    ...some(modes, "mode", " set"),
    ...some(removed, "entry", " removed", "entries"),
  ];
  const rest = [
    ...some(unchanged.files, "file", " unchanged"),
    ...some(failures.length, "failure", ""),
    ...some(notTried, "step", " not tried"),
    ...heldBack(result.heldBack),
  ];
  return `${[...(parts.length === 0 ? ["Nothing done"] : parts), ...rest].join(", ")}.`;
}

function heldBack(count: number): readonly string[] {
  return some(count, "removal", " held back because of failures");
}

function some(count: number, one: string, what: string, many = `${one}s`): readonly string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}${what}`];
}
