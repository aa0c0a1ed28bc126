/** The conditions of `twinport find`. */
import { statSync } from "node:fs";
import type { ListedEntry } from "@twinport/core/ftp-client";
import { compileGlob } from "@twinport/core/protocol";
import { InvalidArgumentError } from "commander";
import { parseOctets } from "../parse-options.ts";

/** How a size is compared. */
export interface SizeTest {
  readonly relation: "more" | "less" | "exactly";
  readonly octets: number;
}

/** What the command line says. */
export interface ConditionFlags {
  readonly name?: readonly string[];
  readonly iname?: readonly string[];
  readonly type?: ReadonlySet<ListedEntry["kind"]>;
  readonly size?: readonly SizeTest[];
  /** Milliseconds since 1970-01-01 UTC. */
  readonly newer?: number;
  readonly older?: number;
}

const kinds: Readonly<Record<string, ListedEntry["kind"]>> = { f: "file", d: "directory", l: "symlink" };

/** `f`, `d`, `l`, or several of them with commas. */
export function parseKinds(text: string): ReadonlySet<ListedEntry["kind"]> {
  const named = text.split(",").map((letter) => kinds[letter.trim()]);
  if (!named.every((kind) => kind !== undefined)) throw new InvalidArgumentError("It is f, d, l, or several as f,l.");
  return new Set(named);
}

/** `+10M`, `-1K`, `0`. */
export function parseSizeTest(text: string): SizeTest {
  const octets = parseOctets(text.replace(/^[+-]/, "").replace(/c$/, ""));
  if (octets === undefined) throw new InvalidArgumentError("It is a number of octets, as +10M, -1K or 0.");
  return { relation: text.startsWith("+") ? "more" : text.startsWith("-") ? "less" : "exactly", octets };
}

const ages: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A date, an age, or a file of this machine, in milliseconds since 1970-01-01 UTC. */
export function parseTime(text: string): number {
  const [, count, unit = ""] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  if (count !== undefined) return Date.now() - Number(count) * (ages[unit] ?? 0);
  const date = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.test(text)
    ? Date.parse(text)
    : NaN;
  if (!Number.isNaN(date)) return date;
  const stats = statSync(text, { throwIfNoEntry: false });
  if (stats !== undefined) return stats.mtimeMs;
  throw new InvalidArgumentError(
    "It is a date (2026-01-31, 2026-01-31T12:00Z), an age (30m, 12h, 2d) or a local file.",
  );
}

/** Makes one test of all conditions. What the server does not tell of an entry fits no condition about it. */
export function compileConditions(flags: ConditionFlags): (entry: ListedEntry) => boolean {
  const named = (flags.name ?? []).map(compileName);
  const inamed = (flags.iname ?? []).map((pattern) => compileName(pattern.toLowerCase()));
  const { type, size = [], newer, older } = flags;
  return (entry) => {
    const { name, kind, modified } = entry;
    if (named.length > 0 && !named.some((fits) => fits(name))) return false;
    if (inamed.length > 0 && !inamed.some((fits) => fits(name.toLowerCase()))) return false;
    if (type !== undefined && !type.has(kind)) return false;
    if (!size.every((test) => fitsSize(entry, test))) return false;
    if (newer !== undefined && !(modified !== undefined && modified > newer)) return false;
    return older === undefined || (modified !== undefined && modified < older);
  };
}

/** As in find, and other than in a shell, a star matches a dot at the start too. */
function compileName(pattern: string): (name: string) => boolean {
  const fits = compileGlob(pattern);
  const fitsHidden = compileGlob(`.${pattern}`);
  return (name) => fits(name) || (name.startsWith(".") && fitsHidden(`.${name}`));
}

function fitsSize({ kind, size, roughSize }: ListedEntry, { relation, octets }: SizeTest): boolean {
  const known = size ?? roughSize;
  if (known === undefined || kind === "directory") return false;
  if (relation === "more") return known > octets;
  return relation === "less" ? known < octets : known === octets;
}
