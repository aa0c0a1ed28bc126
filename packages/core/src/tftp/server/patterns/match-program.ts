/**
 * Runs a program on a text: all ways at once, one character at a time (Pike's machine). Each instruction is visited twice
 * a character at most, whatever the pattern: time is bounded by the length of the text times that of the program.
 *
 * Ways are kept in the order in which a backtracking matcher would try them, so that the match is the one it would find.
 */
import { capital, foldCase, smallLetter } from "./character-set.ts";
import type { Instruction, Program } from "./compile-pattern.ts";

/** Where a match and its captures begin and end: two places a capture, -1 where it took no part. */
export type MatchSlots = readonly number[];

/** One way that is still open. */
interface Way {
  readonly at: number;
  readonly slots: MatchSlots;
}

/** Of matches that begin at the same place: the one that a backtracking matcher finds first, or the longest. */
export type MatchPreference = "first" | "longest";

/**
 * Finds the leftmost match.
 *
 * @param points - The text, as code points.
 * @param from - Where the search begins.
 */
export function matchProgram(
  program: Program,
  points: readonly number[],
  from: number,
  preference: MatchPreference,
): MatchSlots | undefined {
  return new Run(program, points, preference).find(from);
}

class Run {
  readonly #program: Program;
  readonly #points: readonly number[];
  readonly #preference: MatchPreference;
  /** Which instructions were visited at this place, each with and without something taken in its round. */
  readonly #visited: Int32Array;
  readonly #none: MatchSlots;

  constructor(program: Program, points: readonly number[], preference: MatchPreference) {
    this.#program = program;
    this.#points = points;
    this.#preference = preference;
    this.#visited = new Int32Array(2 * program.instructions.length).fill(-1);
    this.#none = new Array<number>(program.slots).fill(-1);
  }

  find(from: number): MatchSlots | undefined {
    const { instructions } = this.#program;
    let ways: Way[] = [];
    let best: MatchSlots | undefined;
    for (let place = from; place <= this.#points.length; place++) {
      if (best === undefined) this.#follow(0, false, this.#none, place, ways);
      const next: Way[] = [];
      const point = this.#points[place];
      for (const { at, slots } of ways) {
        const instruction = instructions[at];
        if (instruction === undefined) continue;
        if (instruction.op !== "match") {
          // A way that began later than a match is no more of use.
          if (best !== undefined && (slots[0] ?? 0) > (best[0] ?? 0)) continue;
          if (point !== undefined && this.#takes(instruction, point))
            this.#follow(at + 1, true, slots, place + 1, next);
          continue;
        }
        if (this.#preference === "first") {
          best = slots;
          // What follows would only be tried if this way failed.
          break;
        }
        if (best === undefined || isBetter(slots, best)) best = slots;
      }
      if (next.length === 0 && best !== undefined) return best;
      ways = next;
    }
    return best;
  }

  #takes(instruction: Instruction, point: number): boolean {
    const { ignoreCase } = this.#program;
    switch (instruction.op) {
      case "character":
        return instruction.point === (ignoreCase ? foldCase(point) : point);
      case "any":
        return true;
      case "set": {
        const { set, negated } = instruction;
        const has = set.has(point) || (ignoreCase && (set.has(smallLetter(point)) || set.has(capital(point))));
        return has !== negated;
      }
      default:
        return false;
    }
  }

  /**
   * Follows all that takes no character, and keeps what does.
   *
   * @param took - Whether the innermost round has taken something.
   */
  #follow(at: number, took: boolean, slots: MatchSlots, place: number, ways: Way[]): void {
    const key = 2 * at + (took ? 1 : 0);
    if (this.#visited[key] === place) return;
    this.#visited[key] = place;
    const instruction = this.#program.instructions[at];
    if (instruction === undefined) return;
    switch (instruction.op) {
      case "jump":
        return this.#follow(instruction.to, took, slots, place, ways);
      case "split":
        this.#follow(instruction.first, took, slots, place, ways);
        return this.#follow(instruction.second, took, slots, place, ways);
      case "save":
        return this.#follow(at + 1, took, slots.with(instruction.slot, place), place, ways);
      case "forget": {
        const fewer = slots.map((slot, index) => (index >= instruction.from && index < instruction.to ? -1 : slot));
        return this.#follow(at + 1, took, fewer, place, ways);
      }
      case "round":
        return this.#follow(at + 1, false, slots, place, ways);
      case "round-end":
        return took ? this.#follow(at + 1, true, slots, place, ways) : undefined;
      case "start":
        return place === 0 ? this.#follow(at + 1, took, slots, place, ways) : undefined;
      case "end":
        return place === this.#points.length ? this.#follow(at + 1, took, slots, place, ways) : undefined;
      default:
        ways.push({ at, slots });
    }
  }
}

function isBetter(one: MatchSlots, other: MatchSlots): boolean {
  const [start = 0, end = 0] = one;
  const [otherStart = 0, otherEnd = 0] = other;
  return start < otherStart || (start === otherStart && end > otherEnd);
}
