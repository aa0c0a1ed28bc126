// `npm run test:interop`: real clients against our server, our client and command line against real servers.
import { ensureBuilt, ensureInstalled } from "./bootstrap.js";
import { installPeers, missingPackages } from "./peers.js";
import { runProjects } from "./run-tests.js";

ensureInstalled();
ensureBuilt();
const root = process.getuid?.() === 0;
const may = root && (process.env.CI !== undefined || process.env.TWINPORT_INSTALL_PEERS !== undefined);
const missing = may ? installPeers() : missingPackages();
if (missing.length > 0 || !root) {
  const what =
    missing.length > 0 ? `These Debian packages are missing: ${missing.join(" ")}` : "The servers under test need root";
  process.stderr.write(`${what}
The interop tests talk to real clients and servers. As root on Debian, this
installs the clients and unpacks the servers into a folder of their own:

  TWINPORT_INSTALL_PEERS=1 npm run test:interop
`);
  process.exit(1);
}
process.exit(runProjects(["interop"], process.argv.slice(2)));
