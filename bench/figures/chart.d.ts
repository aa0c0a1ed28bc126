import type { Result } from "./result.js";

/** A result's ratios as SVG. */
export function ratioChart(result: Result): string;
