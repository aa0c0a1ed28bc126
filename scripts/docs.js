// `npm run docs`: docs/command-line.md from what the commands' --help prints, docs/verbs.md from the verb catalogue and the
// tests, the man pages from the commands. With --check it only tells whether they are so.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureBuilt, ensureInstalled, root } from "./bootstrap.js";

ensureInstalled();
ensureBuilt();
const { verbsPage } = await import("./verbs-page.js");
const core = join(root, "packages/core/dist");
const { verbs, siteVerbs } = await import(pathToFileURL(join(core, "protocol/index.js")).href);
const { commands } = await import(pathToFileURL(join(core, "ftp-server/commands/index.js")).href);
const program = join(root, "packages/twinport/bin/twinport.js");

const help = (...args) => {
  const { stdout, status } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`twinport ${args.join(" ")} ended with ${status}`);
  return stdout.trimEnd();
};
const block = (text) => `\`\`\`\n${text}\n\`\`\`\n`;

function commandLinePage() {
  const names = [...help("--help").matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== "help");
  return [
    "# The command line\n\nWhat `twinport --help` and each command's `--help` print.\n",
    block(help("--help")),
    ...names.flatMap((name) => [`## ${name}\n`, block(help(name, "--help"))]),
  ].join("\n");
}

const sessionFeatures = Object.keys(commands).filter((verb) => commands[verb].feature !== undefined);
const dist = (path) => import(pathToFileURL(join(root, "packages/twinport/build", path)).href);
const { createProgram, ownVersion } = await dist("program.js");
const { manPages } = await dist("specification/man-pages.js");
const { specify } = await dist("specification/specification.js");
const manuals = [...manPages(specify(createProgram()), ownVersion())];

const pages = {
  "docs/command-line.md": commandLinePage(),
  "docs/verbs.md": verbsPage({ verbs, siteVerbs, sessionFeatures }),
  ...Object.fromEntries(manuals.map(([name, text]) => [`packages/twinport/man/${name}`, text])),
};
let stale = false;
for (const [path, text] of Object.entries(pages)) {
  const page = join(root, path);
  if (!process.argv.includes("--check")) {
    writeFileSync(page, text);
  } else if (!existsSync(page) || readFileSync(page, "utf8") !== text) {
    process.stderr.write(`${path} is not what it is made from: npm run docs\n`);
    stale = true;
  }
}
process.exit(stale ? 1 : 0);
