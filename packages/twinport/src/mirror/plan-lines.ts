/** A plan as people read it, a line a step, in 80 columns. */
import { type MirrorStep } from "@twinport/core/ftp-client";
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

/** A path of this machine or a URL, for a line of its own. */
export function headLine(from: string, to: string): string {
  return `${printable(from)} -> ${printable(to)}`;
}
