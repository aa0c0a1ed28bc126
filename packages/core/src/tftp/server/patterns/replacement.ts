/**
 * What a match is replaced by.
 *
 *     $1 to $9        what a group captured; nothing where it took no part
 *     $&              the whole match
 *     $$              a dollar sign
 *     $<address>      the peer's address: 192.0.2.169, 2001:db8::1
 *     $<hex-address>  its octets in hexadecimal, in capitals: C00002A9
 *     $<upper>        what follows, in capitals
 *     $<lower>        what follows, in small letters
 *     $<plain>        what follows, as it is
 *
 * Refuses any other `$`, and groups that the pattern does not have.
 */
import { octetsOfAddress } from "../../../protocol/index.ts";
import { partOf, type PatternText } from "./pattern.ts";
import { PatternError, patternLimit } from "./parse-pattern.ts";
import type { MatchSlots } from "./match-program.ts";

type ReplacementPart =
  | { readonly part: "text"; readonly text: string }
  | { readonly part: "capture"; readonly number: number }
  | { readonly part: "address" | "hex-address" | "upper" | "lower" | "plain" };

const names = ["address", "hex-address", "upper", "lower", "plain"] as const;

/** A replacement that was read. */
export class Replacement {
  readonly #parts: readonly ReplacementPart[];

  /**
   * @param captures - Groups that the pattern captures.
   * @throws PatternError for a `$` that means nothing.
   */
  constructor(source: string, captures: number) {
    if (source.length > patternLimit) {
      throw new PatternError(`The replacement is longer than ${patternLimit} characters`);
    }
    const parts: ReplacementPart[] = [];
    for (const [piece] of source.matchAll(/[^$]+|\$(?:[1-9$&]|<[^>]*>)?/g)) parts.push(partFor(piece, captures));
    this.#parts = parts;
  }

  /** The text for a match. @param address - The peer's. */
  expand(text: PatternText, slots: MatchSlots, address: string): string {
    let expanded = "";
    let change = (piece: string): string => piece;
    for (const part of this.#parts) {
      switch (part.part) {
        case "text":
          expanded += change(part.text);
          break;
        case "capture": {
          const from = slots[2 * part.number] ?? -1;
          const to = slots[2 * part.number + 1] ?? -1;
          if (from >= 0 && to >= from) expanded += change(partOf(text, from, to));
          break;
        }
        case "address":
          expanded += change(address);
          break;
        case "hex-address":
          expanded += change(hexadecimal(address));
          break;
        case "upper":
          change = (piece) => piece.toUpperCase();
          break;
        case "lower":
          change = (piece) => piece.toLowerCase();
          break;
        case "plain":
          change = (piece) => piece;
      }
    }
    return expanded;
  }
}

function partFor(piece: string, captures: number): ReplacementPart {
  if (!piece.startsWith("$")) return { part: "text", text: piece };
  if (piece === "$$") return { part: "text", text: "$" };
  if (piece === "$&") return { part: "capture", number: 0 };
  const number = /^\$([1-9])$/.exec(piece)?.[1];
  if (number !== undefined) {
    if (Number(number) > captures) throw new PatternError(`The replacement has ${piece}, the pattern no such group`);
    return { part: "capture", number: Number(number) };
  }
  const name = names.find((one) => piece === `$<${one}>`);
  if (name === undefined) {
    throw new PatternError(`${piece.slice(0, 32)} in a replacement means nothing; write $$ for a dollar sign`);
  }
  return { part: name };
}

function hexadecimal(address: string): string {
  return octetsOfAddress(address)
    .map((octet) => octet.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
}
