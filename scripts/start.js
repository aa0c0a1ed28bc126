// `npm start`: installs and builds what is missing, then serves ./files.
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root } from "./bootstrap.js";

ensureInstalled();
ensureBuilt();
const { quickStart } = await import(new URL("../packages/twinport/dist/quick-start.js", import.meta.url).href);
await quickStart({
  folder: process.env.TWINPORT_START_FOLDER ?? join(root, "files"),
  accountFile: process.env.TWINPORT_START_ACCOUNT ?? join(root, ".twinport/account.json"),
  port: Number(process.env.TWINPORT_START_PORT ?? 2121),
  tftpPort: Number(process.env.TWINPORT_START_TFTP_PORT ?? 6969),
});
