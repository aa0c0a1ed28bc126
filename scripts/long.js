// `npm run test:long`: what takes longer than a gate may: huge files.
import { ensureBuilt, ensureInstalled } from "./bootstrap.js";
import { runProjects } from "./run-tests.js";

ensureInstalled();
ensureBuilt();
process.exit(runProjects(["long"], process.argv.slice(2)));
