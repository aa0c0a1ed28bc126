/** Colours: on a terminal, unless NO_COLOR or a flag says otherwise (no-color.org). */
import { Option } from "commander";

/** When there are colours. */
export type ColourMode = "auto" | "always" | "never";

/** What is painted, and how (ECMA-48 §8.3.117, SGR). */
const styles = { folder: "1;34", link: "36", added: "32", removed: "31", place: "36", failure: "1;31" } as const;

/** Paints a text, or leaves it as it is. */
export type Paint = (style: keyof typeof styles, text: string) => string;

/** The option. */
export function colourOption(): Option {
  return new Option("--color <when>", "colours: on a terminal, always or never; NO_COLOR turns them off")
    .choices(["auto", "always", "never"])
    .default("auto");
}

/** What paints for a stream. */
export function painter(mode: ColourMode | undefined, stream: { readonly isTTY?: boolean }): Paint {
  if (!hasColours(mode ?? "auto", stream, process.env)) return (_style, text) => text;
  return (style, text) => `\u001b[${styles[style]}m${text}\u001b[0m`;
}

function hasColours(mode: ColourMode, stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (mode !== "auto") return mode === "always";
  return stream.isTTY === true && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}
