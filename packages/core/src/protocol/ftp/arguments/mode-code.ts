/** MODE's argument (RFC 959 §3.4; Z is draft-preston-ftpext-deflate's). */
import type { ArgumentCodec } from "./argument-codec.ts";
import { letterArgument } from "./letter.ts";

/** Stream, block, compressed, deflate. */
export type ModeCode = "S" | "B" | "C" | "Z";

/** `S`, `B`, `C` or `Z`. */
export const modeCodeArgument: ArgumentCodec<ModeCode> = letterArgument("mode", ["S", "B", "C", "Z"]);
