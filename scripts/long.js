// `npm run test:long`: what takes longer than a gate may: huge files, and lines that lose packets. With real peers, too.
import { ensureBuilt, ensureInstalled } from "./bootstrap.js";
import { ensurePeers } from "./peers.js";
import { runProjects } from "./run-tests.js";

ensureInstalled();
ensureBuilt();
ensurePeers("test:long");
process.exit(runProjects(["long"], process.argv.slice(2)));
