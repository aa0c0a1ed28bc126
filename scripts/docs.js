// `npm run docs`: docs/command-line.md from what the commands' --help prints. With --check it only tells whether it is so.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root } from "./bootstrap.js";

ensureInstalled();
ensureBuilt();
const program = join(root, "packages/twinport/bin/twinport.js");
const page = join(root, "docs/command-line.md");
const help = (...args) => {
  const { stdout, status } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`twinport ${args.join(" ")} ended with ${status}`);
  return stdout.trimEnd();
};
const commands = [...help("--help").matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)]
  .map(([, name]) => name)
  .filter((name) => name !== "help");
const block = (text) => `\`\`\`\n${text}\n\`\`\`\n`;
const text = [
  "# The command line\n\nWhat `twinport --help` and each command's `--help` print.\n",
  block(help("--help")),
  ...commands.flatMap((name) => [`## ${name}\n`, block(help(name, "--help"))]),
].join("\n");
if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") === text) process.exit(0);
  process.stderr.write("docs/command-line.md is not what --help prints: npm run docs\n");
  process.exit(1);
}
writeFileSync(page, text);
