/** How files travel, as `get` and `put` are told: type, structure and mode (RFC 959 §3). */
import type { FormatOptions } from "@twinport/core/ftp-client";
import { Option, type Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import {
  codePageOption,
  recordLengthOption,
  representationOf,
  type RepresentationFlags,
} from "../representation-options.ts";

/** What the command line says of it. */
export interface FormatFlags extends RepresentationFlags {
  readonly ascii?: boolean;
  readonly type?: string;
  readonly structure?: "file" | "record" | "page";
  readonly mode?: "stream" | "block" | "compressed" | "deflate";
}

/** Adds the options to a command. */
export function withFormatOptions(command: Command): Command {
  return command
    .option("--ascii", "convert line ends (TYPE A)")
    .option("--type <type>", "binary, ascii, ebcdic, or local:<bits> (TYPE I, A, E, L)")
    .addOption(new Option("--structure <structure>", "structure of the file").choices(["file", "record", "page"]))
    .addOption(
      new Option("--mode <mode>", "transfer mode; deflate compresses").choices([
        "stream",
        "block",
        "compressed",
        "deflate",
      ]),
    )
    .option("--compress", "deflate where the server can and it seems worth it")
    .addOption(recordLengthOption())
    .addOption(codePageOption());
}

/** As the client takes them. @throws UsageError. */
export function formatOptions(flags: FormatFlags): FormatOptions {
  const { structure, mode } = flags;
  return {
    type: typeOf(flags),
    ...(structure === undefined ? {} : { structure }),
    ...(mode === undefined ? {} : { mode }),
    representation: representationOf(flags),
  };
}

function typeOf({ ascii, type }: FormatFlags): NonNullable<FormatOptions["type"]> {
  if (ascii === true && type !== undefined) throw new UsageError("--ascii and --type exclude each other");
  if (ascii === true) return "ascii";
  if (type === undefined || type === "binary") return "binary";
  if (type === "ascii" || type === "ebcdic") return type;
  const bits = /^local:(\d{1,3})$/.exec(type)?.[1];
  const byteSize = Number(bits ?? 0);
  if (byteSize < 1 || byteSize > 255)
    throw new UsageError(`--type ${type} is none of binary, ascii, ebcdic, local:<1-255>`);
  return { type: "L", byteSize };
}
