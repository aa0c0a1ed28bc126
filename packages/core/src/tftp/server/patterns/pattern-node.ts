/** A pattern as a tree, from its parser to its compiler. */
import type { CharacterSet } from "./character-set.ts";

/** One part of a pattern. */
export type PatternNode =
  | { readonly kind: "character"; readonly point: number }
  /** Any character. */
  | { readonly kind: "any" }
  | { readonly kind: "set"; readonly set: CharacterSet; readonly negated: boolean }
  /** `^` */
  | { readonly kind: "start" }
  /** `$` */
  | { readonly kind: "end" }
  | { readonly kind: "sequence"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "alternatives"; readonly branches: readonly PatternNode[] }
  | CaptureNode
  | RepetitionNode;

/** `( )` */
export interface CaptureNode {
  readonly kind: "capture";
  /** Counted from 1. */
  readonly number: number;
  readonly body: PatternNode;
}

/** `*`, `+`, `?`, `{n,m}` */
export interface RepetitionNode {
  readonly kind: "repetition";
  readonly body: PatternNode;
  readonly least: number;
  /** Infinity for no end. */
  readonly most: number;
  /** Whether more is preferred to less. */
  readonly greedy: boolean;
  /** The captures inside: from the first to before the second. */
  readonly captures: readonly [number, number];
  /** Whether the body may take nothing. */
  readonly maybeEmpty: boolean;
}

/** Whether a part may take no character. */
export function mayBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case "character":
    case "any":
    case "set":
      return false;
    case "start":
    case "end":
      return true;
    case "sequence":
      return node.parts.every(mayBeEmpty);
    case "alternatives":
      return node.branches.some(mayBeEmpty);
    case "capture":
      return mayBeEmpty(node.body);
    case "repetition":
      return node.least === 0 || node.maybeEmpty;
  }
}
