// `npm run test:long`: what takes longer than a gate may: huge files, lines that lose packets, real firmware that boots, a
// soak, a server that is killed, and 15 minutes of fuzz.
// With real peers, too.
import { ensureBuilt, ensureInstalled } from "./bootstrap.js";
import { ensureFirmware } from "./firmware-packages.js";
import { ensurePeers } from "./peers.js";
import { runProjects } from "./run-tests.js";

ensureInstalled();
ensureBuilt();
ensurePeers("test:long");
ensureFirmware();
process.exit(runProjects(["long"], process.argv.slice(2), 900));
