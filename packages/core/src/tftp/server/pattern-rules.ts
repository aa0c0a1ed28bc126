/** Rules with patterns: they replace what matches, end the rules or begin them anew, and refuse. */
import { isIPv6, tftpErrorCode } from "../../protocol/index.ts";
import { partOf, Pattern, toPatternText, type PatternText } from "./patterns/pattern.ts";
import { Replacement } from "./patterns/replacement.ts";
import { TftpRequestError } from "./request-error.ts";
import type { RewriteRequest } from "./rewrite-rules.ts";

/** Which requests a rule with a pattern is for. */
export interface PatternCondition {
  /**
   * Matches all or part of the name. It is a regular expression of the part of JavaScript's that can be matched in linear
   * time: characters and escapes, `.` for any character, classes with `\d`, `\w`, `\s`, groups, alternatives, `*`, `+`,
   * `?`, `{n,m}` with their lazy forms, `^` and `$`.
   */
  readonly pattern: string;
  /** Whether capitals and small letters are the same. Default false. */
  readonly ignoreCase?: boolean;
  /** Of several matches at the leftmost place the first, as in JavaScript, or the longest, as in egrep. Default `first`. */
  readonly prefer?: "first" | "longest";
  /** Default: both. */
  readonly operation?: "read" | "write";
  /** The peer's family of addresses. Default: both. */
  readonly family?: 4 | 6;
  /** Whether the rule is for the names that do not match. Default false. */
  readonly unless?: boolean;
}

/** Replaces what a pattern matches. */
export interface PatternRule extends PatternCondition {
  readonly rule: "pattern";
  /**
   * What the match becomes: `$1` to `$9` are groups, `$&` is the match, `$$` a dollar sign, `$<address>` and
   * `$<hex-address>` the peer's address; `$<upper>`, `$<lower>` and `$<plain>` change what follows. Without it the name
   * stays. Not with `unless`.
   */
  readonly replace?: string;
  /** Whether every match is replaced, from left to right, and not only the first. Default false. */
  readonly all?: boolean;
  /** Whether the rule runs on what it made until nothing matches any more. Default false. */
  readonly repeat?: boolean;
  /** Whether the rules end here, where this one is for the name. Default false. */
  readonly last?: boolean;
  /** Whether the rules begin anew, where this one is for the name. Default false. */
  readonly restart?: boolean;
}

/** Refuses what a pattern matches, with ERROR 2. */
export interface RefuseRule extends PatternCondition {
  readonly rule: "refuse";
  /** The text of ERROR. Default `Access violation`. */
  readonly message?: string;
}

/** What a rule made of a name, and where to go from there. */
export interface RuleOutcome {
  readonly file: string;
  readonly then: "next" | "end" | "restart";
}

/** Times that rules may run again for one name. @see RuleRun */
const againLimit = 64;

/** One name's way through the rules. */
export class RuleRun {
  readonly request: RewriteRequest;
  #again = 0;

  constructor(request: RewriteRequest) {
    this.request = request;
  }

  /** A rule runs again, or all of them. @throws TftpRequestError when that has no end. */
  again(): void {
    if (++this.#again > againLimit) {
      throw new TftpRequestError(tftpErrorCode.accessViolation, "The rules for file names come to no end");
    }
  }
}

/** A rule that is ready to run. @throws TftpRequestError to refuse. */
export type RuleStep = (file: string, run: RuleRun) => RuleOutcome;

/** Makes a rule ready. @throws PatternError for a pattern or replacement that is none, RangeError for a rule that cannot be meant. */
export function compilePatternRule(rule: PatternRule | RefuseRule): RuleStep {
  const pattern = new Pattern(rule.pattern, rule);
  const { unless = false } = rule;
  const appliesTo = (request: RewriteRequest): boolean =>
    (rule.operation ?? request.operation) === request.operation &&
    (rule.family ?? familyOf(request.address)) === familyOf(request.address);
  const holdsFor = (text: PatternText): boolean => (pattern.find(text) === undefined) === unless;
  if (rule.rule === "refuse") {
    const { message = "Access violation" } = rule;
    return (file, { request }) => {
      if (appliesTo(request) && holdsFor(toPatternText(file))) {
        throw new TftpRequestError(tftpErrorCode.accessViolation, message);
      }
      return { file, then: "next" };
    };
  }
  const replace = replacer(rule, pattern);
  const then = rule.last === true ? "end" : rule.restart === true ? "restart" : "next";
  return (file, run) => {
    if (!appliesTo(run.request) || !holdsFor(toPatternText(file))) return { file, then: "next" };
    return { file: replace(file, run), then };
  };
}

function replacer(rule: PatternRule, pattern: Pattern): (file: string, run: RuleRun) => string {
  if (rule.last === true && rule.restart === true) throw new RangeError("A rule cannot be the last and begin anew");
  if (rule.replace === undefined) {
    if (rule.all === true || rule.repeat === true)
      throw new RangeError("A rule that replaces nothing cannot repeat it");
    return (file) => file;
  }
  if (rule.unless === true) throw new RangeError("Where the pattern does not match there is nothing to replace");
  const replacement = new Replacement(rule.replace, pattern.captures);
  const all = rule.all === true;
  const once = (text: PatternText, run: RuleRun): string =>
    replaceMatches(pattern, replacement, all, text, run.request.address);
  if (rule.repeat !== true) return (file, run) => once(toPatternText(file), run);
  return (file, run) => {
    let text = toPatternText(file);
    do {
      run.again();
      text = toPatternText(limited(once(text, run)));
    } while (pattern.find(text) !== undefined);
    return partOf(text, 0, text.length);
  };
}

function replaceMatches(
  pattern: Pattern,
  replacement: Replacement,
  all: boolean,
  text: PatternText,
  address: string,
): string {
  let made = "";
  let copied = 0;
  let from = 0;
  do {
    const slots = pattern.find(text, from);
    if (slots === undefined) break;
    const [start = 0, end = 0] = slots;
    made += partOf(text, copied, start) + replacement.expand(text, slots, address);
    copied = end;
    // After a match of nothing the search goes on one character later.
    from = end > start ? end : end + 1;
    limited(made);
  } while (all && from <= text.length);
  return made + partOf(text, copied, text.length);
}

/** The longest name that rules may make, in characters: a request has 512 octets. */
const nameLimit = 1_024;

/** Passes a name on. @throws TftpRequestError when it is too long. */
export function limited(file: string): string {
  if (file.length <= nameLimit) return file;
  throw new TftpRequestError(tftpErrorCode.accessViolation, "The file name is too long");
}

function familyOf(address: string): 4 | 6 {
  return isIPv6(address) ? 6 : 4;
}
