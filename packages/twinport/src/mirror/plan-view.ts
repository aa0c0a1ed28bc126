/** A plan and an outcome as people read them, in 80 columns. */
import { countSteps, type MirrorPlan, type MirrorResult, type MirrorStep } from "@twinport/core/ftp-client";
import { printable } from "../exit-codes.ts";
import { fitted } from "../remote/terminal-text.ts";
import { formatBytes } from "../remote/units.ts";

/** Columns of a path. */
const pathWidth = 56;
/** Columns of what is told of it, and of its size. */
const reasonWidth = 8;
const sizeWidth = 10;

/** A step as a line: its sign, its path, why it is done, and its size. */
export function stepLine(step: MirrorStep): string {
  const [sign, path, reason, size] = columnsOf(step);
  return `${sign} ${fitted(path, pathWidth)} ${fitted(reason, reasonWidth)} ${size.padStart(sizeWidth)}`.trimEnd();
}

function columnsOf(step: MirrorStep): readonly [sign: string, path: string, reason: string, size: string] {
  switch (step.action) {
    case "copy": {
      const isNew = step.to === undefined;
      return [isNew ? "+" : ">", step.path, isNew ? "" : step.reason, formatBytes(step.from.size)];
    }
    case "make-directory":
      return ["+", `${step.path}/`, "", ""];
    case "link":
      return ["@", `${step.path} -> ${step.target === "" ? "/" : step.target}`, "", ""];
    case "set-mode":
      return ["m", step.path, step.mode.toString(8).padStart(3, "0"), ""];
    case "remove":
      return ["-", step.path, "", step.to === undefined ? "" : formatBytes(step.to.size)];
    case "remove-directory":
      return ["-", `${step.path}/`, "", ""];
  }
}

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

/** A path of this machine or a URL, for a line of its own. */
export function headLine(from: string, to: string): string {
  return `${printable(from)} -> ${printable(to)}`;
}
