/** Names of a server, as names of this machine: none leads out of its folder. */
import { sep } from "node:path";

/** Why a name must not become a local one; undefined when it may. */
export function unsafeLocalName(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") return "it is no name of a file";

  if (/[/\0\r\n]/.test(name)) return "it holds a separator or a control character";
  if (sep === "\\" && /[\\:]|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name))
    return "this system gives it a meaning of its own";
  return undefined;
}
