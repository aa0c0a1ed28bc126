/**
 * The check of options, before anything is done with them: an option that nobody knows is a mistake, and what it was to
 * prevent would happen otherwise.
 */
import { allowedBy, shownValue } from "./describe-option.ts";
import { nearestName } from "./nearest-name.ts";
import { OptionRangeError, OptionTypeError } from "./option-error.ts";
import type { OptionRow, OptionTable } from "./option-row.ts";

/**
 * Checks options. Those that are undefined count as not given.
 *
 * @param given - What the caller gave.
 * @param table - What there is.
 * @param path - Where the options stand within others; with a dot at its end.
 * @throws OptionTypeError for an option that does not exist, or a value of the wrong kind; OptionRangeError for one that is
 * out of range.
 */
export function checkOptions(given: unknown, table: OptionTable, path = ""): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const option = path === "" ? "options" : path.slice(0, -1);
    throw new OptionTypeError(`${table.name}: ${option} must be an object, not ${shownValue(given, true)}`, {
      option,
      given: shownValue(given, true),
      allowed: "an object",
      instead: undefined,
    });
  }
  const { rows } = table;
  // What a class's objects inherit is no option; their own fields are.
  for (const name of Object.keys(given)) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (row === undefined) throw unknownOption(name, table, path);
    checkValue(value, row, `${path}${name}`, table);
  }
  for (const name of table.needed) {
    const row = rows[name];
    if (row === undefined || (given as Readonly<Record<string, unknown>>)[name] !== undefined) continue;
    const allowed = allowedBy(row);
    const option = `${path}${name}`;
    throw new OptionTypeError(`${table.name}: ${option} is needed: ${allowed}`, {
      option,
      given: "undefined",
      allowed,
      instead: undefined,
    });
  }
}

function unknownOption(name: string, table: OptionTable, path: string): OptionTypeError {
  const names = Object.keys(table.rows);
  const foreign = Object.hasOwn(table.foreign, name) ? table.foreign[name] : undefined;
  const near = foreign === undefined ? nearestName(name, names) : undefined;
  const option = `${path}${name.slice(0, 60)}`;
  const hint =
    foreign !== undefined
      ? `: here it is ${foreign}`
      : near !== undefined
        ? `: did you mean ${path}${near}?`
        : `; there are ${names.join(", ")}`;
  return new OptionTypeError(`${table.name} has no option ${option}${hint}`, {
    option,
    given: undefined,
    allowed: names.join(", "),
    instead: foreign ?? (near === undefined ? undefined : `${path}${near}`),
  });
}

/** What came of holding a value against a row: it may be of another kind altogether, or only out of range. */
type Verdict = "fits" | "wrong kind" | "out of range";

function checkValue(value: unknown, row: OptionRow, option: string, table: OptionTable): void {
  switch (row.is) {
    case "options":
      checkOptions(value, { ...row.options(), name: table.name }, `${option}.`);
      return;
    case "list":
      checkList(value, row, option, table);
      return;
    case "map":
      if (verdictOn(value, row) === "wrong kind") throw wrongValue(value, row, option, table, "wrong kind");
      for (const [name, each] of Object.entries(value as object)) checkValue(each, row.of, `${option}.${name}`, table);
      return;
    case "either":
      checkEither(value, row, option, table);
      return;
    default: {
      const verdict = verdictOn(value, row);
      if (verdict !== "fits") throw wrongValue(value, row, option, table, verdict);
    }
  }
}

/** The value is held against the one alternative that is of its kind, so that the error names what is wrong inside it. */
function checkEither(
  value: unknown,
  row: Extract<OptionRow, { is: "either" }>,
  option: string,
  table: OptionTable,
): void {
  const likely = row.of.filter((each) => verdictOn(value, each) !== "wrong kind");
  const [only] = likely;
  if (only === undefined || likely.every((each) => verdictOn(value, each) === "out of range"))
    throw wrongValue(value, row, option, table, only === undefined ? "wrong kind" : "out of range");
  const fitting = likely.find((each) => verdictOn(value, each) === "fits") ?? only;
  checkValue(value, fitting, option, table);
}

function checkList(value: unknown, row: Extract<OptionRow, { is: "list" }>, option: string, table: OptionTable): void {
  if (!Array.isArray(value)) throw wrongValue(value, row, option, table, "wrong kind");
  if ((row.length ?? value.length) !== value.length || value.length < (row.least ?? 0))
    throw wrongValue(value, row, option, table, "out of range");
  value.forEach((each: unknown, at) => {
    // A place in a list cannot be left out.
    if (each === undefined) throw wrongValue(each, row.of, `${option}[${at}]`, table, "wrong kind");
    checkValue(each, row.of, `${option}[${at}]`, table);
  });
}

function verdictOn(value: unknown, row: OptionRow): Verdict {
  switch (row.is) {
    case "boolean":
      return typeof value === "boolean" ? "fits" : "wrong kind";
    case "text":
      return typeof value === "string" ? "fits" : "wrong kind";
    case "function":
      return typeof value === "function" ? "fits" : "wrong kind";
    case "number":
      return verdictOnNumber(value, row);
    case "word":
      if (row.words.includes(value as string)) return "fits";
      return row.words.some((known) => typeof known === typeof value) ? "out of range" : "wrong kind";
    case "object":
      return hasMethods(value, row.methods) ? "fits" : "wrong kind";
    case "pem":
      return verdictOnPem(value);
    case "list":
      return Array.isArray(value) ? "fits" : "wrong kind";
    case "options":
    case "map":
      return isPlain(value) ? "fits" : "wrong kind";
    case "either":
      return row.of.some((each) => verdictOn(value, each) === "fits") ? "fits" : "wrong kind";
  }
}

function verdictOnNumber(value: unknown, row: Extract<OptionRow, { is: "number" }>): Verdict {
  if (typeof value !== "number") return "wrong kind";
  const { least = -Infinity, most = Infinity, isWhole = false } = row;
  // NaN is below and above nothing.
  return value >= least && value <= most && (!isWhole || Number.isInteger(value)) ? "fits" : "out of range";
}

function verdictOnPem(value: unknown): Verdict {
  // A path that is given as text would be read as PEM, and fail in OpenSSL's words.
  if (typeof value === "string") return value.includes("-----BEGIN") ? "fits" : "out of range";
  if (value instanceof Uint8Array) return "fits";
  return isPlain(value) && typeof (value as { readonly file?: unknown }).file === "string" ? "fits" : "wrong kind";
}

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return methods.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function");
}

/** An object that is neither a list nor bytes. */
function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function wrongValue(value: unknown, row: OptionRow, option: string, table: OptionTable, verdict: Verdict): Error {
  const given = shownValue(value, isSecret(row));
  const allowed = allowedBy(row);
  const near = typeof value === "string" && !isSecret(row) ? nearWord(value, row) : undefined;
  const hint = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
  const message = `${table.name}: ${option} must be ${allowed}, not ${given}${hint}`;
  const fault = { option, given, allowed, instead: near };
  return verdict === "wrong kind" ? new OptionTypeError(message, fault) : new OptionRangeError(message, fault);
}

function isSecret(row: OptionRow): boolean {
  return (
    row.is === "pem" || (row.is === "text" && row.isSecret === true) || (row.is === "either" && row.of.some(isSecret))
  );
}

/** Words that other programs have for "TLS, or nothing". */
const demands = new Set(["require", "required", "force", "always", "on", "true", "yes", "starttls", "auth", "ftpes"]);

function nearWord(value: string, row: OptionRow): string | undefined {
  const words = (row.is === "either" ? row.of : [row]).flatMap((each) => (each.is === "word" ? each.words : []));
  const texts = words.filter((each) => typeof each === "string");
  if (texts.includes("explicit") && demands.has(value.toLowerCase())) return "explicit";
  return nearestName(value, texts);
}
