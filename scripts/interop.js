// `npm run test:interop`: real clients against our server, our client and command line against real servers.
import { ensureBuilt, ensureInstalled } from "./bootstrap.js";
import { ensurePeers } from "./peers.js";
import { runProjects } from "./run-tests.js";

ensureInstalled();
ensureBuilt();
ensurePeers("test:interop");
process.exit(runProjects(["interop"], process.argv.slice(2)));
