/** A server with one user, and accounts of the application's own for the rest. */
import type { Accounts } from "@twinport/core/accounts";
import { FtpServer } from "@twinport/core/ftp-server";
import { MemoryStorage } from "@twinport/core/storage";

/** Starts it. @param port - 0 lets the system choose. */
export async function startExampleServer(port = 2121): Promise<FtpServer> {
  const inboxes = new Map<string, MemoryStorage>();
  const accounts: Accounts = {
    login: ({ user, password }) => {
      if (password !== `secret of ${user}`) return { refused: "credentials" };
      const storage = inboxes.get(user) ?? new MemoryStorage();
      inboxes.set(user, storage);
      return { name: user, storage, welcome: `Hello ${user}` };
    },
    logout: (account, _connection, reason) => console.log(`${account.name} left: ${reason}`),
  };
  const server = new FtpServer({ accounts, listeners: [{ host: "127.0.0.1", port }] });
  server.on("upload", ({ account, path, bytes }) => console.log(`${account} uploaded ${path}: ${bytes} octets`));
  await server.start();
  return server;
}
