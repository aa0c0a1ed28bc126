/**
 * Plans as text: JSON, a step a line. What is read may come from anywhere: paths must lie in the tree, and each step must be
 * what its action says.
 */
import { isUnsafeName, mirrorDepth } from "./plan-context.ts";
import { MirrorError } from "./mirror-error.ts";
import type { MirrorPlan, MirrorStep } from "./mirror-plan.ts";

/** Characters of a plan's text at most. */
export const planTextLimit: number = 256 * 1024 * 1024;

/** Writes a plan. */
export function formatMirrorPlan(plan: MirrorPlan): string {
  const { steps, ...head } = plan;
  const lines = steps.map((step) => JSON.stringify(step)).join(",\n");
  return `${JSON.stringify(head).slice(0, -1)},"steps":[\n${lines}\n]}\n`;
}

/** Reads a plan that `formatMirrorPlan` wrote. @throws MirrorError `bad-plan`, `too-large`. */
export function parseMirrorPlan(text: string): MirrorPlan {
  if (text.length > planTextLimit) {
    throw new MirrorError("too-large", tried, `it has more than ${planTextLimit} characters`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MirrorError("bad-plan", tried, "it is no JSON", cause);
  }
  const plan = objectOf(value, "the plan");
  if (plan["version"] !== 1) throw bad(`its version is ${JSON.stringify(plan["version"])}, and only 1 is known`);
  const { names } = plan;
  return {
    version: 1,
    planned: numberOf(plan["planned"], "planned"),
    ...(names === undefined ? {} : { names: namesOf(names) }),
    compare: oneOf(plan["compare"], ["changed", "newer", "missing", "size", "checksum"], "compare"),
    steps: arrayOf(plan["steps"], "steps").map(stepOf),
    unchanged: unchangedOf(plan["unchanged"]),
    notes: arrayOf(plan["notes"], "notes").map(noteOf),
    failures: arrayOf(plan["failures"], "failures").map(failureOf),
    heldBack: numberOf(plan["heldBack"], "heldBack"),
  };
}

const tried = "Reading a plan";
type Fields = Readonly<Record<string, unknown>>;

function bad(message: string): MirrorError {
  return new MirrorError("bad-plan", tried, message);
}

function stepOf(value: unknown): MirrorStep {
  const step = objectOf(value, "a step");
  const path = pathOf(step["path"], step["action"] === "make-directory");
  switch (step["action"]) {
    case "make-directory":
      return {
        action: "make-directory",
        path,
        ...optional(step, "modified"),
        ...modeOf(step),
        ...flag(step, "setsMode"),
        ...flag(step, "sharesName"),
      };
    case "copy":
      return {
        action: "copy",
        path,
        reason: oneOf(step["reason"], ["missing", "size", "time", "newer", "content", "kind"], "reason"),
        from: stampOf(step["from"]),
        ...(step["to"] === undefined ? {} : { to: stampOf(step["to"]) }),
        ...modeOf(step),
        ...flag(step, "setsMode"),
        ...flag(step, "sharesName"),
      };
    case "link":
      return { action: "link", path, target: pathOf(step["target"], true), ...flag(step, "replaces") };
    case "set-mode":
      return { action: "set-mode", path, mode: modeNumber(step["mode"]) };
    case "remove":
      return {
        action: "remove",
        path,
        kind: oneOf(step["kind"], ["file", "symlink", "other"], "kind"),
        ...(step["to"] === undefined ? {} : { to: stampOf(step["to"]) }),
        ...flag(step, "first"),
      };
    case "remove-directory":
      return { action: "remove-directory", path, ...flag(step, "first") };
    default:
      throw bad(`no step is ${JSON.stringify(step["action"])}`);
  }
}

function stampOf(value: unknown): { size: number; modified?: number; precision?: number } {
  const stamp = objectOf(value, "from and to");
  return { size: numberOf(stamp["size"], "size"), ...optional(stamp, "modified"), ...optional(stamp, "precision") };
}

function noteOf(value: unknown): MirrorPlan["notes"][number] {
  const note = objectOf(value, "a note");
  const reason = oneOf(
    note["reason"],
    ["link", "special", "unsafe-name", "same-name", "in-the-way", "cannot-tell"],
    "reason",
  );
  return { path: textOf(note["path"], "path"), reason, message: textOf(note["message"], "message") };
}

function failureOf(value: unknown): MirrorPlan["failures"][number] {
  const failure = objectOf(value, "a failure");
  const end = oneOf(failure["end"], ["source", "target"], "end");
  return { path: textOf(failure["path"], "path"), end, message: textOf(failure["message"], "message") };
}

function namesOf(value: unknown): { from: string; to: string } {
  const names = objectOf(value, "names");
  return { from: textOf(names["from"], "names"), to: textOf(names["to"], "names") };
}

function unchangedOf(value: unknown): MirrorPlan["unchanged"] {
  const counts = objectOf(value, "unchanged");
  const count = (name: string): number => numberOf(counts[name], name);
  return { files: count("files"), directories: count("directories"), links: count("links"), bytes: count("bytes") };
}

function objectOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad(`${what} is no object`);
  return Object.fromEntries(Object.entries(value));
}

function arrayOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw bad(`${what} is no array`);
  return value;
}

function numberOf(value: unknown, what: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw bad(`${what} is no number`);
  return value;
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== "string") throw bad(`${what} is no text`);
  return value;
}

function oneOf<const T extends string>(value: unknown, known: readonly T[], what: string): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw bad(`${what} is none of ${known.join(", ")}`);
  return found;
}

/** A path that stays in the tree. */
function pathOf(value: unknown, mayBeRoot: boolean): string {
  const path = textOf(value, "path");
  if (path === "" && mayBeRoot) return path;
  const names = path.split("/");
  if (names.length > mirrorDepth + 1 || names.some(isUnsafeName))
    throw bad(`${JSON.stringify(path)} is no path in a tree`);
  return path;
}

function modeNumber(value: unknown): number {
  const mode = numberOf(value, "mode");
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o777) throw bad("a mode is no permission bits");
  return mode;
}

function modeOf(fields: Fields): { readonly mode?: number } {
  return fields["mode"] === undefined ? {} : { mode: modeNumber(fields["mode"]) };
}

function optional<const K extends string>(fields: Fields, name: K): Readonly<Partial<Record<K, number>>>;
function optional(fields: Fields, name: string): Readonly<Record<string, number>> {
  return fields[name] === undefined ? {} : { [name]: numberOf(fields[name], name) };
}

function flag<const K extends string>(fields: Fields, name: K): Readonly<Partial<Record<K, true>>>;
function flag(fields: Fields, name: string): Readonly<Record<string, true>> {
  return fields[name] === true ? { [name]: true } : {};
}
