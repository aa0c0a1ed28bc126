/** Macros: lines under a name, with `$1` for an argument, `$i` for all of them one after the other, `\` before what is meant itself. */
import { UsageError } from "../exit-codes.ts";

/** Macros, lines of one, and how deep they may call each other. */
export const macroLimit = 100;
export const macroLineLimit = 1000;
export const macroDepth = 16;

/** The macros, by name. */
export type Macros = Map<string, readonly string[]>;

/** Keeps a macro. @throws UsageError when there are too many, or too many lines. */
export function defineMacro(macros: Macros, name: string, lines: readonly string[]): void {
  if (!macros.has(name) && macros.size >= macroLimit) throw new UsageError(`There may be ${macroLimit} macros`);
  if (lines.length > macroLineLimit) throw new UsageError(`A macro may have ${macroLineLimit} lines`);
  macros.set(name, lines);
}

/** The lines that a macro becomes. With `$i` they come once for each argument. */
export function expandMacro(lines: readonly string[], given: readonly string[]): string[] {
  const loops = lines.some((line) => /(?:^|[^\\])(?:\\\\)*\$i/.test(line));
  if (!loops) return lines.map((line) => substitute(line, given, ""));
  return given.flatMap((argument) => lines.map((line) => substitute(line, given, argument)));
}

function substitute(line: string, given: readonly string[], each: string): string {
  return line.replace(/\\([^])|\$(\d+|i)/g, (_all, escaped: string | undefined, which: string | undefined) => {
    if (escaped !== undefined) return escaped;
    return which === "i" ? each : (given[Number(which) - 1] ?? "");
  });
}
