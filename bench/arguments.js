// What `npm run bench -- …` is told.
import { parseArgs } from "node:util";
import { groups, rowNames, rowsCalled } from "./rows/groups.js";
import { fullSizes, quickSizes } from "./rows/sizes.js";

/** How to call it. */
export const usage = `Usage: npm run bench -- [row…] [options]

Measures our servers and clients beside the others that are installed, in turns. It needs the machine for itself.

Rows (all, where none is named; a group's name stands for its rows):
${groups.map(({ name }) => `  ${name}: ${rowsCalled(name).join(" ")}`).join("\n")}

  --rounds <n>      measurements of each, of which the median counts (default: 3)
  --quick           small sizes: shows that all works, and little else
  --json <file>     keep the result
  --from <file>     print and draw a result that was kept, and measure nothing
  --svg <file>      draw the ratios
  --url <ftp://…>   the client rows' server, in whose folder may be written (default: vsftpd, started here)
  --size <MiB>      of the file that clients fetch and put (default: 1024)
  --files <n>       that clients mirror (default: 1000)
  --unchanged <n>   files that clients mirror again (default: 5000)
`;

/**
 * @typedef {{ wanted: Set<string>, rounds: number, quick: boolean, sizes: import("./rows/sizes.js").Sizes, json?: string, from?: string, svg?: string, url?: URL, help: boolean }} Options
 */

/** @param {readonly string[]} args @returns {Options} @throws {Error} For people, when it makes no sense. */
export function parseArguments(args) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ rounds: { type: "string", default: "3" }, quick: { type: "boolean", default: false } },
      ...{ json: { type: "string" }, from: { type: "string" }, svg: { type: "string" }, url: { type: "string" } },
      ...{ size: { type: "string" }, files: { type: "string" }, unchanged: { type: "string" } },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  for (const word of positionals) {
    if (rowsCalled(word).length === 0) throw new Error(`There is no row ${word}: ${rowNames.join(", ")}`);
  }
  const { quick, json, from, svg, help } = values;
  const size = whole(values.size, "--size");
  const sizes = {
    ...(quick ? quickSizes : fullSizes),
    ...(size !== undefined && { clientFile: size * 1024 * 1024 }),
    ...(values.files !== undefined && { clientFiles: whole(values.files, "--files") }),
    ...(values.unchanged !== undefined && { clientUnchanged: whole(values.unchanged, "--unchanged") }),
  };
  const wanted = new Set(positionals.length === 0 ? rowNames : positionals.flatMap(rowsCalled));
  const url = values.url === undefined ? undefined : new URL(values.url);
  return { wanted, rounds: whole(values.rounds, "--rounds") ?? 1, quick, sizes, json, from, svg, url, help };
}

/** @param {string | undefined} text @param {string} option */
function whole(text, option) {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${option} takes a whole number from 1, not ${text}`);
  return number;
}
