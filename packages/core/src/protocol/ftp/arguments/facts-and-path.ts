/**
 * MFF's argument (draft-somers-ftp-mfxx §5): facts as MLST tells them, a space, a path.
 *
 *     Modify=20200102030405;UNIX.mode=0644; <pathname>
 *
 * ncftp leaves the last `;` out.
 */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import { formatTimeValue, parseTimeValue } from "../time.ts";
import type { ArgumentCodec } from "./argument-codec.ts";
import { pathArgument } from "./path.ts";

/** Facts that can be set. */
export interface SettableFacts {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly modified?: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly created?: number;
  /** Unix permission bits, 0 to 0o7777. */
  readonly mode?: number;
}

/** Facts, and what they are for. */
export interface FactsAndPath {
  readonly facts: SettableFacts;
  readonly path: string;
}

/** `<fact>=<value>;… <pathname>`. */
export const factsAndPathArgument: ArgumentCodec<FactsAndPath> = {
  syntax: "<fact>=<value>;... <pathname>",
  parse(text) {
    const match = /^((?:[^=; ]+=[^; ]*;)*[^=; ]+=[^; ]*);? (.+)$/s.exec(text ?? "");
    if (match?.[1] === undefined)
      throw new ArgumentError("syntax", message("Facts as Modify=20200102030405; and a path name"));
    let facts: SettableFacts = {};
    for (const part of match[1].split(";")) {
      const equals = part.indexOf("=");
      facts = { ...facts, ...parseFact(part.slice(0, equals), part.slice(equals + 1)) };
    }
    return { facts, path: pathArgument.parse(match[2]) };
  },
  format: ({ facts, path }) => `${formatSettableFacts(facts)} ${path}`,
};

/** The facts as they stand in the command and in its reply. */
export function formatSettableFacts({ modified, created, mode }: SettableFacts): string {
  return [
    modified === undefined ? "" : `Modify=${formatTimeValue(modified)};`,
    created === undefined ? "" : `Create=${formatTimeValue(created)};`,
    mode === undefined ? "" : `UNIX.mode=0${mode.toString(8).padStart(3, "0")};`,
  ].join("");
}

function parseFact(name: string, value: string): SettableFacts {
  switch (name.toLowerCase()) {
    case "modify":
      return { modified: timeOf(name, value) };
    case "create":
      return { created: timeOf(name, value) };
    case "unix.mode":
      if (!/^0?[0-7]{3,4}$/.test(value)) throw new ArgumentError("syntax", message("{name} is set as 0644", { name }));
      return { mode: Number.parseInt(value, 8) };
    default:
      throw new ArgumentError("not-implemented-for-parameter", message("{name} is no fact that can be set", { name }));
  }
}

function timeOf(name: string, value: string): number {
  const time = parseTimeValue(value);
  if (time === undefined) throw new ArgumentError("syntax", message("{name} is set as YYYYMMDDHHMMSS", { name }));
  return time;
}
