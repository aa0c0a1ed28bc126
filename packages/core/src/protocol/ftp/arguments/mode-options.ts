/** What OPTS says of MODE (draft-preston-ftpext-deflate §3): `Z LEVEL 6`, `Z ENGINE ZLIB`, several in a row. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";

/** Options of a mode. */
export interface ModeOptions {
  /** MODE Z's effort, from 1 to 9. */
  readonly level?: number;
}

/** @throws ArgumentError for another mode than Z, another engine than zlib, a level that is none. */
export function parseModeOptions(value: string | undefined): ModeOptions {
  const [mode, ...words] = (value ?? "").trim().toUpperCase().split(/ +/);
  if (mode !== "Z") throw new ArgumentError("not-implemented-for-parameter", message("Mode Z alone has options"));
  let level: number | undefined;
  for (let at = 0; at < words.length; at += 2) {
    const [name, given = ""] = words.slice(at, at + 2);
    if (name === "LEVEL" && /^[1-9]$/.test(given)) level = Number(given);
    else if (name === "LEVEL") throw new ArgumentError("syntax", message("The level is from 1 to 9"));
    else if (name !== "ENGINE" || given !== "ZLIB")
      throw new ArgumentError(
        "not-implemented-for-parameter",
        message("Mode Z's options are LEVEL <1-9> and ENGINE ZLIB"),
      );
  }
  return level === undefined ? {} : { level };
}

/** As OPTS is sent. */
export function formatModeOptions({ level }: ModeOptions): string {
  return level === undefined ? "MODE Z" : `MODE Z LEVEL ${level}`;
}
