/** STRU's argument (RFC 959 §3.1.2). */
import type { ArgumentCodec } from "./argument-codec.ts";
import { letterArgument } from "./letter.ts";

/** File, record, page. */
export type StructureCode = "F" | "R" | "P";

/** `F`, `R` or `P`. */
export const structureCodeArgument: ArgumentCodec<StructureCode> = letterArgument("structure", ["F", "R", "P"]);
