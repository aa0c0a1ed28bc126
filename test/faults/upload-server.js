// node upload-server.js FOLDER: our server over a folder, for everybody; tells its port to its parent.
import { FtpServer } from "../../packages/core/dist/ftp-server/index.js";
import { LocalStorage } from "../../packages/core/dist/storage/index.js";

const storage = new LocalStorage({ root: process.argv[2] });
const server = new FtpServer({
  accounts: { login: ({ user }) => ({ name: user, storage }) },
  listeners: [{ host: "127.0.0.1", port: 0 }],
});
await server.start();
process.send({ port: server.addresses[0].port });
process.on("message", async () => {
  await server.stop();
  await storage.close();
  process.disconnect();
});
process.on("disconnect", () => process.exit(0));
