// `npm run test:long`: what takes longer than a gate may: huge files, and real firmware that boots from our server.
import { ensureBuilt, ensureInstalled } from "./bootstrap.js";
import { ensureFirmware } from "./firmware-packages.js";
import { runProjects } from "./run-tests.js";

ensureInstalled();
ensureBuilt();
ensureFirmware();
process.exit(runProjects(["long"], process.argv.slice(2)));
