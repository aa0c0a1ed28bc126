import type { Result } from "./result.js";

/** A result as Markdown. */
export function markdown(result: Result): string;
