// `npm test`: all tests that need nothing but Node, and 20 seconds of fuzz. Ends with a plain line `N passed, N failed`.
import { ensureBuilt, ensureInstalled } from "./bootstrap.js";
import { runProjects } from "./run-tests.js";

ensureInstalled();
ensureBuilt();
process.exit(runProjects(["unit"], process.argv.slice(2), 20));
