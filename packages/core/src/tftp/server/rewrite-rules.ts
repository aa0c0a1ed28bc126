/**
 * Rules that turn the names that devices ask for into names of the storage. They run in order, each on what the one before
 * left. All take time linear in the name, those with patterns too.
 */
import { Networks } from "../../net/index.ts";
import {
  compilePatternRule,
  limited,
  RuleRun,
  type PatternRule,
  type RefuseRule,
  type RuleStep,
} from "./pattern-rules.ts";

/** One rule. */
export type RewriteRule =
  /** `\` becomes `/`, as Windows' loader needs. */
  | { readonly rule: "backslashes" }
  /** Octets 0xFF at the end go: old PXE ROMs append one. */
  | { readonly rule: "strip-0xff" }
  /** Letters become small. */
  | { readonly rule: "lower-case" }
  /** The whole name `from` becomes `to`. */
  | { readonly rule: "name"; readonly from: string; readonly to: string; readonly ignoreCase?: boolean }
  /** A name that begins with `from` begins with `to` instead. */
  | { readonly rule: "prefix"; readonly from: string; readonly to: string; readonly ignoreCase?: boolean }
  /** Peers in these networks find everything below a folder of their own. */
  | { readonly rule: "folder"; readonly networks: readonly string[]; readonly folder: string }
  | PatternRule
  | RefuseRule;

/** What a function that rewrites is told. */
export interface RewriteRequest {
  readonly file: string;
  readonly operation: "read" | "write";
  /** The peer's address. */
  readonly address: string;
}

/** Turns the name that was asked for into another; undefined leaves it. */
export type Rewrite = (request: RewriteRequest) => string | undefined;

/**
 * One function for a list of rules. It throws TftpRequestError for names that are refused, or grow without end.
 *
 * @throws RangeError for a network that is none, and a rule that cannot be meant; PatternError, a RangeError too, for a
 * pattern that is none.
 */
export function compileRules(rules: readonly RewriteRule[]): Rewrite {
  const steps = rules.map(compileRule);
  return (request) => {
    const run = new RuleRun(request);
    let { file } = request;
    for (let at = 0; at < steps.length; at++) {
      const outcome = steps[at]?.(file, run);
      if (outcome === undefined) break;
      file = limited(outcome.file);
      if (outcome.then === "end") break;
      if (outcome.then === "next") continue;
      run.again();
      at = -1;
    }
    return file;
  };
}

function compileRule(rule: RewriteRule): RuleStep {
  if (rule.rule === "pattern" || rule.rule === "refuse") return compilePatternRule(rule);
  const change = compileChange(rule);
  return (file, { request }) => ({ file: change(file, request.address), then: "next" });
}

function compileChange(
  rule: Exclude<RewriteRule, PatternRule | RefuseRule>,
): (file: string, address: string) => string {
  switch (rule.rule) {
    case "backslashes":
      return (file) => file.replaceAll("\\", "/");
    case "strip-0xff":
      return stripFiller;
    case "lower-case":
      return (file) => file.toLowerCase();
    case "name":
      return (file) => (begins(file, rule) && file.length === rule.from.length ? rule.to : file);
    case "prefix":
      return (file) => (begins(file, rule) ? rule.to + file.slice(rule.from.length) : file);
    case "folder": {
      const networks = new Networks(rule.networks, "rewrite.networks");
      // The folder is no door: `..` in the name ends at its root.
      return (file, address) => (networks.has(address) ? `${rule.folder}/${withoutParents(file)}` : file);
    }
  }
}

function begins(file: string, rule: { readonly from: string; readonly ignoreCase?: boolean }): boolean {
  const start = file.slice(0, rule.from.length);
  return start === rule.from || (rule.ignoreCase === true && start.toLowerCase() === rule.from.toLowerCase());
}

/** An octet 0xFF, which no UTF-8 has, as `decodeOctetText` has it. */
const filler = 0xdcff;

function stripFiller(file: string): string {
  let end = file.length;
  while (end > 0 && file.charCodeAt(end - 1) === filler) end--;
  return file.slice(0, end);
}

function withoutParents(file: string): string {
  const kept: string[] = [];
  for (const component of file.split("/")) {
    if (component === "..") kept.pop();
    else if (component !== "" && component !== ".") kept.push(component);
  }
  return kept.join("/");
}
