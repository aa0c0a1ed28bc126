/** Names on their way: nmap and ntrans. */
import { UsageError } from "../../exit-codes.ts";
import { textAt, type Given, type ShellCommand } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { applyNameMap } from "../name-map.ts";

function nmap({ place, asker, say }: CommandContext, given: Given): void {
  const [from, to] = [textAt(given, 0), textAt(given, 1)];
  if (from !== undefined && to === undefined) throw new UsageError("nmap needs two patterns, or none to turn it off");
  if (from === undefined || to === undefined) place.names.map = undefined;
  else {
    // What cannot be read is told now, not at the first file.
    applyNameMap("name", from, to);
    place.names.map = { from, to };
  }
  if (asker !== undefined) say(place.names.map === undefined ? "nmap is off" : `nmap is ${from ?? ""} ${to ?? ""}`);
}

function ntrans({ place, asker, say }: CommandContext, given: Given): void {
  const from = textAt(given, 0);
  place.names.translate = from === undefined ? undefined : { from, to: textAt(given, 1) ?? "" };
  if (asker !== undefined) say(`ntrans is ${from === undefined ? "off" : "on"}`);
}

/** The commands. */
export const nameCommands: readonly ShellCommand[] = [
  {
    name: "nmap",
    summary: "write names anew on their way, by patterns",
    arguments: [
      { name: "in-pattern", kind: "text", optional: true },
      { name: "out-pattern", kind: "text", optional: true },
    ],
    details: `For files whose other name is not given. $1 to $9 of the first pattern stand for
parts of the name, $0 for all of it; [a,b] is b where a is empty. In quotes:
  nmap '$1.$2.$3' '[$1,$2].[$2,file]'
makes myfile.data of myfile.data, myfile.file of myfile. Without patterns: off.`,
    run: nmap,
  },
  {
    name: "ntrans",
    summary: "translate characters of names on their way",
    arguments: [
      { name: "in-characters", kind: "text", optional: true },
      { name: "out-characters", kind: "text", optional: true },
    ],
    details: `For files whose other name is not given. Each character of the first becomes the
one at its place of the second; where there is none it is left out.
ntrans ' ' _ makes my_file of "my file". Without characters: off.`,
    run: ntrans,
  },
];
