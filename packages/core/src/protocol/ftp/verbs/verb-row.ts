/** A row of the verb catalogue, and what rows of several families share. */
import type { ArgumentCodec } from "../arguments/argument-codec.ts";
import type { PlainMessageId } from "../message.ts";

/** The wire half of a verb. */
export interface VerbRow<T> {
  readonly argument: ArgumentCodec<T>;
  /** Where the verb is defined. */
  readonly source: string;
  /** One line for HELP and the docs. */
  readonly summary: PlainMessageId;
  /** The completion and intermediate codes that its source allows; preliminary ones too. */
  readonly replies: readonly number[];
  /** Its line in FEAT (RFC 2389 §3.2), where it has a fixed one. */
  readonly feature?: string;
  /** What it gives holds for the next command alone. */
  readonly oneShot?: "rename-from" | "restart-offset" | "range";
  /**
   * It uses up what earlier verbs gave: `restart` is REST's offset, `range` RANG's, `room` what ALLO announced. Every other verb
   * leaves them for the next one that uses them: real clients send all sorts of verbs in between, and an offset that is lost
   * in silence spoils a file.
   */
  readonly uses?: readonly ("restart" | "range" | "room")[];
  /** Its argument is a secret: logs and events show it redacted. */
  readonly secret?: true;
}

/** The rows of verbs whose arguments are `A`. */
export type VerbRows<A> = { readonly [V in keyof A]: VerbRow<A[V]> };

/** What a codec makes of an argument. */
export type Parsed<C> = C extends ArgumentCodec<infer T> ? T : never;

/** Where verbs come from that servers and clients have had for years, and no document defines. */
export const inUse = "in use, without an RFC";

/** Makes a row. */
export function row<T>(
  argument: ArgumentCodec<T>,
  source: string,
  summary: PlainMessageId,
  replies: readonly number[],
  more: Omit<VerbRow<T>, "argument" | "source" | "summary" | "replies"> = {},
): VerbRow<T> {
  return { argument, source, summary, replies, ...more };
}

/** Any command may be answered so (RFC 959 §5.4): the line was not understood, or the service goes away. */
export const always: readonly number[] = [421, 500, 501];
/** What reading facts, or changing them, may be answered besides its success. */
export const refusals: readonly number[] = [450, 451, 502, 530, 550, ...always];

const opening = [125, 150];
const broken = [425, 426, 450, 451];
/** STOR and its like. */
export const storeReplies: readonly number[] = [
  ...[...opening, 110, 226, 250, ...broken, 452, 504, 521, 522, 530],
  ...[532, 550, 551, 552, 553, 554, ...always],
];
/** RETR. */
export const retrieveReplies: readonly number[] = [
  ...[...opening, 110, 226, 250, ...broken, 504, 521, 522, 530, 550, 554, ...always],
];
/** LIST and its like. */
export const listReplies: readonly number[] = [
  ...[...opening, 226, 250, ...broken, 502, 504, 521, 522, 530, 550, ...always],
];
/** Verbs that change a name. */
export const fileReplies: readonly number[] = [250, 452, 552, 553, ...refusals];
