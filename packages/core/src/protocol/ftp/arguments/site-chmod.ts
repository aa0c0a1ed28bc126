/** SITE CHMOD's argument: permission bits in octal, and a path. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";
import { pathArgument } from "./path.ts";

/** Permission bits, and what they are for. */
export interface ModeAndPath {
  /** 0 to 0o7777. */
  readonly mode: number;
  readonly path: string;
}

/** `<octal> <pathname>`. */
export const siteChmodArgument: ArgumentCodec<ModeAndPath> = {
  syntax: "<octal> <pathname>",
  parse(text) {
    const match = /^ *([0-7]{3,4}) (.+)$/s.exec(text ?? "");
    if (match === null) throw new ArgumentError("syntax", message("Permission bits as 644 and a path name are needed"));
    return { mode: Number.parseInt(match[1] ?? "", 8), path: pathArgument.parse(match[2]) };
  },
  format: ({ mode, path }) => `${mode.toString(8).padStart(3, "0")} ${path}`,
};
