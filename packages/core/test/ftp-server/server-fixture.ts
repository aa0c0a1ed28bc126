/** A server for a test: one user `me` with password `secret`, in memory unless told otherwise; ended with the test. */
import { onTestFinished } from "vitest";
import type { Account, Accounts } from "../../src/accounts/index.ts";
import { FtpServer, type FtpServerEvents, type FtpServerOptions } from "../../src/ftp-server/index.ts";
import { MemoryStorage, resolveVirtualPath, rootPath, type Storage } from "../../src/storage/index.ts";

/** A running server and what is in it. */
export interface Fixture {
  readonly server: FtpServer;
  readonly port: number;
  readonly storage: Storage;
}

/** Starts a server on a port of the system's choice. */
export async function startServer(
  options: Partial<FtpServerOptions> & { readonly storage?: Storage; readonly account?: Partial<Account> } = {},
): Promise<Fixture> {
  const { storage = new MemoryStorage(), account, ...rest } = options;
  const accounts: Accounts = {
    login: ({ user, password }) =>
      user === "me" && password === "secret" ? { name: "me", storage, ...account } : { refused: "credentials" },
  };
  const server = new FtpServer({
    accounts,
    listeners: [{ host: "127.0.0.1", port: 0 }],
    deflate: true,
    ...rest,
    limits: { loginDelay: 1, loginDelayMax: 2, ...rest.limits },
  });
  await server.start();
  onTestFinished(() => server.stop());
  return { server, port: server.addresses[0]?.port ?? 0, storage };
}

/** Puts a file into a storage. */
export async function putFile(storage: Storage, path: string, content: string | Uint8Array): Promise<void> {
  const file = await storage.openWrite(resolveVirtualPath(rootPath, path));
  await file.write(typeof content === "string" ? new TextEncoder().encode(content) : content);
  await file.commit();
}

/** What a file of a storage holds; undefined when it is not there. */
export async function readFile(storage: Storage, path: string): Promise<string | undefined> {
  const file = await storage.openRead(resolveVirtualPath(rootPath, path)).catch(() => undefined);
  if (file === undefined) return undefined;
  const buffer = new Uint8Array((file.size ?? 0) + 1);
  let length = 0;
  for (let count = await file.read(buffer); count > 0; count = await file.read(buffer.subarray(length)))
    length += count;
  await file.close();
  return Buffer.from(buffer.subarray(0, length)).toString("utf8");
}

/** Resolves with the next event of this name. */
export function nextEvent<K extends keyof FtpServerEvents>(server: FtpServer, name: K): Promise<FtpServerEvents[K][0]> {
  return new Promise((resolve) => {
    // The emitter's types bind the listener to the name; a generic name is more than they can follow.
    server.once(name, ((event: FtpServerEvents[K][0]) => {
      resolve(event);
    }) as never);
  });
}
