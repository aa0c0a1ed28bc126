/** EPSV's argument (RFC 2428 §3, §4): nothing, a protocol number, or ALL. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** A wish for a protocol, or for EPSV alone from now on. */
export type ExtendedPassiveWish = { readonly all: true } | { readonly family: 1 | 2 };

/** `[1 | 2 | ALL]`. */
export const extendedPassiveArgument: ArgumentCodec<ExtendedPassiveWish | undefined> = {
  syntax: "[1 | 2 | ALL]",
  parse(text) {
    const wish = (text ?? "").trim().toUpperCase();
    if (wish === "") return undefined;
    if (wish === "ALL") return { all: true };
    if (wish === "1" || wish === "2") return { family: wish === "1" ? 1 : 2 };
    if (/^\d+$/.test(wish)) throw new ArgumentError("unsupported-protocol", message("Use protocol (1,2)"));
    throw new ArgumentError("syntax", message("EPSV takes nothing, 1, 2 or ALL"));
  },
  format: (value) => (value === undefined ? undefined : "all" in value ? "ALL" : String(value.family)),
};
