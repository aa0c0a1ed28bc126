// A run's result: data that can be kept as JSON, drawn and printed again.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { median, ratioToBest } from "./statistics.js";

/** The format's number; another is not read. */
const format = 1;

/**
 * Medians of one program in one row; `values` are the rounds'.
 *
 * @typedef {{ values: number[], median: number, cpu?: number, memory?: number }} Cell
 * @typedef {import("../rows/row.js").Row & { group: string, cells: Record<string, Cell>, ratio?: number, best?: string }} ResultRow
 * @typedef {{ format: number, date: string, machine: string, rounds: number, quick: boolean, rows: ResultRow[], leftOut: string[] }} Result
 */

/** The machine in words. */
export function describeMachine() {
  const all = cpus();
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  const model = (all[0]?.model ?? "").replace(/\s+/g, " ").trim() || process.arch;
  return `${all.length} × ${model}, ${gibibytes} GiB, ${process.platform} ${release()}, Node ${process.versions.node}`;
}

/**
 * A row from the figures that were taken of it.
 *
 * @param {string} group @param {import("../rows/row.js").Row} row
 * @param {Readonly<Record<string, readonly import("../rows/row.js").Figure[]>>} figures By program; who has none is not in it.
 * @param {string} ours
 * @returns {ResultRow}
 */
export function resultRow(group, row, figures, ours) {
  const cells = Object.fromEntries(Object.entries(figures).map(([name, taken]) => [name, cell(taken)]));
  const medians = Object.fromEntries(Object.entries(cells).map(([name, each]) => [name, each.median]));
  return { ...row, group, cells, ...ratioToBest(row.better, medians, ours) };
}

/** @param {readonly import("../rows/row.js").Figure[]} taken @returns {Cell} */
function cell(taken) {
  const values = taken.map(({ value }) => value);
  const known = (/** @type {"cpu" | "memory"} */ what) => {
    const all = taken.map((figure) => figure[what]).filter((each) => each !== undefined);
    return all.length === 0 ? {} : { [what]: median(all) };
  };
  return { values, median: median(values), ...known("cpu"), ...known("memory") };
}

/** @param {Omit<Result, "format" | "date" | "machine">} what @returns {Result} */
export function makeResult(what) {
  return { format, date: new Date().toISOString(), machine: describeMachine(), ...what };
}

/** @param {string} path @param {Result} result */
export function writeResult(path, result) {
  writeFileSync(path, `${JSON.stringify(result, undefined, 2)}\n`);
}

/** @param {string} path @returns {Result} @throws {Error} When it is something else. */
export function readResult(path) {
  const result = JSON.parse(readFileSync(path, "utf8"));
  if (result?.format !== format || !Array.isArray(result.rows)) throw new Error(`${path} is no result of this bench`);
  return result;
}
