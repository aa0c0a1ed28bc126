/**
 * From a pattern's tree to a program for the matcher: Thompson's construction, one instruction a character and a few about
 * each repetition.
 *
 * A repetition's round that takes nothing leads nowhere, once the least number of rounds is done: that is JavaScript's rule,
 * and it keeps `(a*)*` from going round for ever. `round` and `round-end` keep it. The captures inside a repetition are
 * forgotten when a round begins, as in JavaScript too.
 */
import type { CharacterSet } from "./character-set.ts";
import { foldCase } from "./character-set.ts";
import { PatternError, type ParsedPattern } from "./parse-pattern.ts";
import type { PatternNode, RepetitionNode } from "./pattern-node.ts";

/** The longest program, in instructions. */
export const programLimit = 1_000;
/** Parts of a pattern that are visited, repetitions counted: empty ones make no instructions. */
const workLimit = 10 * programLimit;

/** One instruction. The next one follows, unless it says otherwise. */
export type Instruction =
  | { readonly op: "character"; readonly point: number }
  | { readonly op: "any" }
  | { readonly op: "set"; readonly set: CharacterSet; readonly negated: boolean }
  | { readonly op: "start" }
  | { readonly op: "end" }
  /** Two ways, the first preferred. */
  | { readonly op: "split"; first: number; second: number }
  | { readonly op: "jump"; to: number }
  /** The place goes into a slot. */
  | { readonly op: "save"; readonly slot: number }
  /** Slots from the first to before the second are empty again. */
  | { readonly op: "forget"; readonly from: number; readonly to: number }
  /** A round begins that must take something. */
  | { readonly op: "round" }
  /** It ends: nowhere, if it took nothing. */
  | { readonly op: "round-end" }
  | { readonly op: "match" };

/** A compiled pattern. */
export interface Program {
  readonly instructions: readonly Instruction[];
  /** Two for the whole match, and two a capture. */
  readonly slots: number;
  readonly ignoreCase: boolean;
}

/** Compiles a pattern. @throws PatternError when the program would be too long. */
export function compilePattern(pattern: ParsedPattern, ignoreCase: boolean): Program {
  const compiler = new PatternCompiler(ignoreCase);
  compiler.add({ op: "save", slot: 0 });
  compiler.compile(pattern.root);
  compiler.add({ op: "save", slot: 1 });
  compiler.add({ op: "match" });
  return { instructions: compiler.instructions, slots: 2 * (pattern.captures + 1), ignoreCase };
}

class PatternCompiler {
  readonly instructions: Instruction[] = [];
  readonly #ignoreCase: boolean;
  #work = 0;

  constructor(ignoreCase: boolean) {
    this.#ignoreCase = ignoreCase;
  }

  add<One extends Instruction>(instruction: One): One {
    if (this.instructions.length >= programLimit) this.#refuse();
    this.instructions.push(instruction);
    return instruction;
  }

  compile(node: PatternNode): void {
    if (++this.#work > workLimit) this.#refuse();
    switch (node.kind) {
      case "character":
        this.add({ op: "character", point: this.#ignoreCase ? foldCase(node.point) : node.point });
        return;
      case "any":
      case "start":
      case "end":
        this.add({ op: node.kind });
        return;
      case "set":
        this.add({ op: "set", set: node.set, negated: node.negated });
        return;
      case "sequence":
        for (const part of node.parts) this.compile(part);
        return;
      case "alternatives":
        this.#alternatives(node.branches);
        return;
      case "capture":
        this.add({ op: "save", slot: 2 * node.number });
        this.compile(node.body);
        this.add({ op: "save", slot: 2 * node.number + 1 });
        return;
      case "repetition":
        this.#repetition(node);
    }
  }

  get #here(): number {
    return this.instructions.length;
  }

  #alternatives(branches: readonly PatternNode[]): void {
    const ends: { to: number }[] = [];
    for (const [index, branch] of branches.entries()) {
      if (index === branches.length - 1) {
        this.compile(branch);
        break;
      }
      const split = this.add({ op: "split", first: this.#here + 1, second: 0 });
      this.compile(branch);
      ends.push(this.add({ op: "jump", to: 0 }));
      split.second = this.#here;
    }
    for (const end of ends) end.to = this.#here;
  }

  #repetition(node: RepetitionNode): void {
    for (let round = 0; round < node.least; round++) this.#body(node);
    if (node.most === Infinity) {
      const split = this.#split();
      const start = this.#here - 1;
      this.#round(node);
      this.add({ op: "jump", to: start });
      this.#aim(split, start + 1, this.#here, node.greedy);
      return;
    }
    const splits: (readonly [{ first: number; second: number }, number])[] = [];
    for (let round = node.least; round < node.most; round++) {
      const split = this.#split();
      splits.push([split, this.#here]);
      this.#round(node);
    }
    for (const [split, start] of splits) this.#aim(split, start, this.#here, node.greedy);
  }

  #split(): { first: number; second: number } {
    return this.add({ op: "split", first: 0, second: 0 });
  }

  #aim(split: { first: number; second: number }, round: number, after: number, greedy: boolean): void {
    split.first = greedy ? round : after;
    split.second = greedy ? after : round;
  }

  /** A round that need not be. */
  #round(node: RepetitionNode): void {
    if (node.maybeEmpty) this.add({ op: "round" });
    this.#body(node);
    if (node.maybeEmpty) this.add({ op: "round-end" });
  }

  #body(node: RepetitionNode): void {
    const [from, to] = node.captures;
    if (to > from) this.add({ op: "forget", from: 2 * from, to: 2 * to });
    this.compile(node.body);
  }

  #refuse(): never {
    throw new PatternError(`The pattern repeats too much: it would need more than ${programLimit} steps`);
  }
}
