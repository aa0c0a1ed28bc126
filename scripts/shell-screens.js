// `npm run docs:shell`: the screens in docs/shell.md, from a shell that is used. Needs tmux. With --check it only tells
// whether they are so.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root } from "./bootstrap.js";
import { walkThroughDay } from "./shell-day.js";
import { withScreens } from "./shell-page.js";

ensureInstalled();
ensureBuilt();
const page = join(root, "docs/shell.md");
const { screens, remove } = await walkThroughDay();
remove();
const before = readFileSync(page, "utf8");
const after = withScreens(before, screens);
if (!process.argv.includes("--check")) writeFileSync(page, after);
else if (before !== after) {
  process.stderr.write("docs/shell.md has other screens than the shell: npm run docs:shell\n");
  process.exit(1);
}
