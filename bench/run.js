// `npm run bench`: the same work in turn by our servers and clients and by those of others that are installed, as a
// Markdown table of medians and ratios. `npm run bench -- --help` tells the rows and options.
import { writeFileSync } from "node:fs";
import { ensureBuilt, ensureInstalled } from "../scripts/bootstrap.js";
import { parseArguments, usage } from "./arguments.js";
import { Endings } from "./endings.js";
import { ratioChart } from "./figures/chart.js";
import { makeResult, readResult, writeResult } from "./figures/result.js";
import { markdown } from "./figures/table.js";
import { measureGroup } from "./measure.js";
import { groups } from "./rows/groups.js";
import { Place } from "./servers/place.js";

const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);

/** @param {import("./arguments.js").Options} options */
async function measureAll({ wanted, rounds, quick, sizes, url }) {
  ensureInstalled();
  ensureBuilt();
  const endings = new Endings();
  endings.watchProcess();
  const place = new Place(endings);
  if (url !== undefined) place.url = url;
  const [rows, leftOut] = [[], []];
  try {
    for (const group of groups) {
      const measured = await measureGroup(group, { place, sizes, rounds, wanted, say });
      rows.push(...measured.rows);
      leftOut.push(...measured.leftOut);
    }
  } finally {
    endings.run();
  }
  return makeResult({ rounds, quick, rows, leftOut });
}

try {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) process.stdout.write(usage);
  else {
    const result = options.from === undefined ? await measureAll(options) : readResult(options.from);
    if (options.json !== undefined) writeResult(options.json, result);
    if (options.svg !== undefined) writeFileSync(options.svg, ratioChart(result));
    process.stdout.write(`${markdown(result)}\n`);
  }
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
