// A result's ratios as a picture: a bar a row, a line at 1. It brings its own ground, light or dark as the reader likes it.
import { number } from "./table.js";

const width = 800;
const rowHeight = 28;
const barHeight = 16;
/** Where the first row begins, and what is free beneath the last. */
const [top, bottom] = [84, 44];
/** Where bars begin and end; behind them stands whom it is the ratio to. */
const [left, right] = [170, 560];
/** The largest ratio that has room; a longer bar is cut, and its figure tells. */
const most = 2.5;

const style = `
  .ground { fill: #ffffff } text { fill: #1f2328; font: 14px system-ui, sans-serif }
  .title { font-size: 18px; font-weight: 600 } .small { font-size: 12px } .name { text-anchor: end }
  .ahead { fill: #1a7f37 } .behind { fill: #bc4c00 } .grid { stroke: #d0d7de } .one { stroke: #1f2328; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #e6edf3 } .ahead { fill: #3fb950 } .behind { fill: #f0883e }
    .grid { stroke: #30363d } .one { stroke: #e6edf3 }
  }
`;

/** Draws it. @param {import("./result.js").Result} result @returns {string} SVG. */
export function ratioChart(result) {
  const rows = result.rows.filter(({ ratio }) => ratio !== undefined);
  const end = top + rows.length * rowHeight;
  const height = end + bottom;
  const about = `${result.date.slice(0, 10)}, medians of ${result.rounds}${result.quick ? ", small sizes" : ""}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Ratios to the best peer">`,
    `<style>${style}</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>`,
    `<text class="title" x="20" y="30">Twinport beside the best peer of each row</text>`,
    `<text class="small" x="20" y="50">${escape(about)}</text>`,
    ...[0.5, 1.5, 2, 2.5].map((ratio) => upright(ratio, end, "grid")),
    ...rows.map((row, at) => bar(row, top + at * rowHeight)),
    upright(1, end, "one"),
    ...[0, 0.5, 1, 1.5, 2, 2.5].map((ratio) => mark(ratio, end)),
    `<text class="small" x="20" y="${height - 8}">${escape(result.machine)}</text>`,
    "</svg>",
    "",
  ].join("\n");
}

/** @param {number} ratio */
const place = (ratio) => (left + (Math.min(ratio, most) / most) * (right - left)).toFixed(1);

/** @param {number} ratio @param {number} end @param {string} kind */
function upright(ratio, end, kind) {
  return `<line class="${kind}" x1="${place(ratio)}" x2="${place(ratio)}" y1="${top - 8}" y2="${end}"/>`;
}

/** @param {number} ratio @param {number} end */
function mark(ratio, end) {
  return `<text class="small" x="${place(ratio)}" y="${end + 15}" text-anchor="middle">${ratio.toFixed(1)}</text>`;
}

/** @param {import("./result.js").ResultRow} row @param {number} y */
function bar({ name, ratio = 0, best = "" }, y) {
  const length = (Number(place(ratio)) - left).toFixed(1);
  const kind = ratio >= 1 ? "ahead" : "behind";
  const base = y + barHeight - 3;
  return [
    `<text class="name" x="${left - 10}" y="${base}">${escape(name)}</text>`,
    `<rect class="${kind}" x="${left}" y="${y}" width="${length}" height="${barHeight}"/>`,
    `<text x="${right + 14}" y="${base}">${number(ratio)} of ${escape(best)}${ratio > most ? " (cut)" : ""}</text>`,
  ].join("\n");
}

/** @param {string} text */
function escape(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
