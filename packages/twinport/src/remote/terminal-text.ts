/** Text in columns of a terminal: names of all scripts, some characters of which take two. */
import stringWidth from "string-width";
import { printable } from "../exit-codes.ts";

/** A text in exactly so many columns: cut with an ellipsis, or padded. What would move the cursor is shown as `\x1b`. */
export function fitted(text: string, columns: number): string {
  const shown = printable(text);
  if (stringWidth(shown) <= columns) return padded(shown, columns);
  const segments = [...new Intl.Segmenter().segment(shown)].map(({ segment }) => segment);
  let cut = "";
  for (const segment of segments) {
    if (stringWidth(cut + segment) > columns - 1) break;
    cut += segment;
  }
  return padded(`${cut}…`, columns);
}

/** A text with blanks behind it, up to so many columns. */
export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - stringWidth(text)));
}
