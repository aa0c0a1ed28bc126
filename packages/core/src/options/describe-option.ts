/** Options and values in words. */
import type { OptionRow } from "./option-row.ts";

/** Characters of a value that a message shows. */
const shownLength = 60;

/** What a row allows, in words. */
export function allowedBy(row: OptionRow): string {
  switch (row.is) {
    case "boolean":
      return "true or false";
    case "text":
      return "a string";
    case "number":
      return numberAllowed(row);
    case "word":
      return row.words.map((word) => JSON.stringify(word)).join(", ");
    case "function":
      return "a function";
    case "object":
      return `${row.name} (an object with ${row.methods.join(", ")})`;
    case "options":
      return `an object of options (${Object.keys(row.options().rows).join(", ")})`;
    case "list":
      return `${row.length === undefined ? "an array" : `an array of ${row.length}`}, each ${allowedBy(row.of)}`;
    case "either":
      return row.of.map(allowedBy).join("; or ");
    case "pem":
      return 'PEM (text that has "-----BEGIN", or its bytes), or { file: "…" } for a path';
    case "map":
      return `an object whose values are each ${allowedBy(row.of)}`;
  }
}

function numberAllowed({ least, most, isWhole }: Extract<OptionRow, { is: "number" }>): string {
  const what = isWhole === true ? "a whole number" : "a number";
  if (least === undefined) return most === undefined ? what : `${what} of ${most} or less`;
  return most === undefined ? `${what} of ${least} or more` : `${what} from ${least} to ${most}`;
}

/** The type of a value, and the value where it may be shown: simple ones, shortened. */
export function shownValue(value: unknown, isSecret: boolean): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const type = typeof value;
  if (typeof value === "object") return `an object${nameOf(value)}`;
  if (typeof value === "function") return "a function";
  if (isSecret) return `a ${type}`;
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return `a ${type}`;
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  return `the ${type} ${shown.length > shownLength ? `${shown.slice(0, shownLength)}…` : shown}`;
}

function nameOf(value: unknown): string {
  const maker: unknown = (value as { readonly constructor?: unknown }).constructor;
  return typeof maker === "function" && maker !== Object && maker.name !== "" ? ` (${maker.name})` : "";
}
