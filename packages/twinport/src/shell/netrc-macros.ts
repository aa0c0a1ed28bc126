/** Macros of `.netrc`: each belongs to the machine before it, and goes on to an empty line. `init` runs after the login. */
import type { Macros } from "./macros.ts";
import { macroLimit } from "./macros.ts";

/** The macros of a machine, or of `default` where it has no entry. */
export function findNetrcMacros(text: string, machine: string): Macros {
  const byMachine = new Map<string | undefined, Macros>();
  let current: Macros | undefined;
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    for (const [, machineName, isDefault] of line.matchAll(/(?:^|\s)(?:machine\s+(\S+)|(default))(?=\s|$)/g)) {
      const name = isDefault === undefined ? machineName : undefined;
      // The first that matches counts, as for the login.
      if (byMachine.has(name)) current = new Map<string, readonly string[]>();
      else byMachine.set(name, (current = new Map<string, readonly string[]>()));
    }
    const name = /(?:^|\s)macdef\s+(\S+)\s*$/.exec(line)?.[1];
    if (name === undefined) continue;
    const body: string[] = [];
    for (i++; i < lines.length && lines[i]?.trim() !== ""; i++) body.push(lines[i] ?? "");
    if (current !== undefined && current.size < macroLimit) current.set(name, body);
  }
  return byMachine.get(machine) ?? byMachine.get(undefined) ?? new Map<string, readonly string[]>();
}
