// A result as Markdown: figures and ratios, and beside them what the server used.

/** What a group of rows is called over its tables. @type {Readonly<Record<string, string>>} */
const titles = {
  ftp: "FTP",
  ftps: "FTP under TLS",
  tftp: "TFTP",
  client: "Clients, whole commands",
};

/** @param {import("./result.js").Result} result @returns {string} */
export function markdown(result) {
  const groups = [...new Set(result.rows.map(({ group }) => group))];
  const what = result.quick ? "small sizes, which say little" : "full sizes";
  return [
    `${result.machine}; ${result.date.slice(0, 10)}; medians of ${result.rounds}, ${what}.`,
    "The ratio is to the best of the others; over 1 is ahead of it.",
    ...groups.map((group) =>
      tables(
        group,
        result.rows.filter((row) => row.group === group),
      ).trimEnd(),
    ),
    ...(result.leftOut.length === 0 ? [] : [result.leftOut.map((line) => `- left out: ${line}`).join("\n")]),
  ].join("\n\n");
}

/** @param {string} group @param {readonly import("./result.js").ResultRow[]} rows */
function tables(group, rows) {
  const names = [...new Set(rows.flatMap(({ cells }) => Object.keys(cells)))];
  const figures = rows.map((row) => [
    ...[row.name, row.unit],
    ...names.map((name) => (row.cells[name] === undefined ? "–" : number(row.cells[name].median))),
    row.ratio === undefined ? "–" : `${row.ratio.toFixed(2)} (${row.best})`,
  ]);
  const costs = rows
    .filter(({ cells }) => Object.values(cells).some(({ cpu, memory }) => cpu !== undefined || memory !== undefined))
    .map((row) => [
      row.name,
      row.per === undefined ? "" : `s per ${row.per}, MiB`,
      ...names.map((name) => cost(row, name)),
    ]);
  return [
    `### ${titles[group] ?? group}`,
    "",
    table(["work", "unit", ...names, "ratio"], figures),
    ...(costs.length === 0 ? [] : ["What the server used: the processor's seconds, and memory of its own.", ""]),
    ...(costs.length === 0 ? [] : [table(["work", "unit", ...names], costs)]),
  ].join("\n");
}

/** @param {import("./result.js").ResultRow} row @param {string} name */
function cost({ cells, per }, name) {
  const { cpu, memory } = cells[name] ?? {};
  const used = [
    ...(cpu === undefined || per === undefined ? [] : [cpu.toFixed(2)]),
    ...(memory === undefined ? [] : [number(memory / 1024 ** 2)]),
  ];
  return used.length === 0 ? "–" : used.join(", ");
}

/** @param {readonly string[]} heads @param {readonly (readonly string[])[]} lines */
function table(heads, lines) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |\n`;
  return `${line(heads)}|${"---|".repeat(heads.length)}\n${lines.map(line).join("")}`;
}

/** Three digits that mean something. @param {number} value */
export function number(value) {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
