/** TYPE's argument (RFC 959 §5.3.2): everything that is legal; what a server has of it is decided there. */
import { ArgumentError } from "../argument-error.ts";
import { message } from "../message.ts";
import type { ArgumentCodec } from "./argument-codec.ts";

/** How bytes stand for data (RFC 959 §3.1.1). */
export type RepresentationType =
  | { readonly type: "A" | "E"; readonly format: "N" | "T" | "C" }
  | { readonly type: "I" }
  | { readonly type: "L"; readonly byteSize: number };

/** `A [N|T|C]`, `E [N|T|C]`, `I`, `L <byte size>`. Some clients leave out the space: `L8`, `AN`. */
export const typeArgument: ArgumentCodec<RepresentationType> = {
  syntax: "A [N|T|C] | E [N|T|C] | I | L <byte-size>",
  parse(text) {
    const spaced = (text ?? "")
      .trim()
      .toUpperCase()
      .replace(/^([AE])([NTC])$|^(L)(\d{1,3})$/, "$1$3 $2$4");
    const [code = "", parameter, ...more] = spaced.split(/ +/);
    if (code === "" || more.length > 0) throw new ArgumentError("syntax", message("A type is needed: A, E, I or L"));
    switch (code) {
      case "A":
      case "E":
        if (parameter === undefined || parameter === "N") return { type: code, format: "N" };
        if (parameter === "T" || parameter === "C") return { type: code, format: parameter };
        throw new ArgumentError("not-implemented-for-parameter", message("The format is N, T or C"));
      case "I":
        if (parameter !== undefined) throw new ArgumentError("syntax", message("Type I takes no parameter"));
        return { type: "I" };
      case "L": {
        const byteSize = parameter !== undefined && /^\d{1,3}$/.test(parameter) ? Number(parameter) : 0;
        if (byteSize < 1 || byteSize > 255)
          throw new ArgumentError("syntax", message("Type L takes a byte size from 1 to 255"));
        return { type: "L", byteSize };
      }
      default:
        throw new ArgumentError(
          "not-implemented-for-parameter",
          message("Type {code} is not known; A, E, I and L are", { code }),
        );
    }
  },
  format(value) {
    switch (value.type) {
      case "A":
      case "E":
        return value.format === "N" ? value.type : `${value.type} ${value.format}`;
      case "I":
        return "I";
      case "L":
        return `L ${value.byteSize}`;
    }
  },
};
