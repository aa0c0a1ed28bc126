/** The server's end of a tree: a client, whose operations run one after the other, or a pool, which runs them side by side. */
import type { FtpClient } from "../client.ts";
import type { FtpPool, PooledOperation } from "../pool/ftp-pool.ts";
import type { OperationOptions } from "../transfer-options.ts";

/** What trees ask of a server. */
export type TreeServer = Pick<
  FtpClient,
  "list" | "stat" | "size" | "mkdir" | "remove" | "removeDirectory" | "exists" | "raw"
> & {
  readonly download: (...args: Parameters<FtpPool["download"]>) => ReturnType<FtpPool["download"]>;
  readonly upload: (...args: Parameters<FtpPool["upload"]>) => ReturnType<FtpPool["upload"]>;
  /** Files at once, unless told otherwise. */
  readonly sessions: number;
};

/** A client as the server's end. */
export function clientServer(client: FtpClient): TreeServer {
  return {
    list: (...args) => client.list(...args),
    stat: (...args) => client.stat(...args),
    size: (...args) => client.size(...args),
    mkdir: (...args) => client.mkdir(...args),
    remove: (...args) => client.remove(...args),
    removeDirectory: (...args) => client.removeDirectory(...args),
    exists: (...args) => client.exists(...args),
    raw: (...args) => client.raw(...args),
    download: (...args) => client.download(...args),
    upload: (...args) => client.upload(...args),
    sessions: 1,
  };
}

/** A pool as the server's end: each operation in a session of its own, tried again as the pool's policy says. */
export function poolServer(pool: FtpPool): TreeServer {
  const use = <T>(operation: PooledOperation<T>, { signal }: OperationOptions = {}): Promise<T> =>
    pool.use(operation, { nests: false, ...(signal === undefined ? {} : { signal }) });
  return {
    list: (path, options) => use((client) => client.list(path, options), options),
    stat: (path, options) => use((client) => client.stat(path, options), options),
    size: (path, options) => use((client) => client.size(path, options), options),
    mkdir: (path, options) => use((client) => client.mkdir(path, options), options),
    remove: (path, options) => use((client) => client.remove(path, options), options),
    removeDirectory: (path, options) => use((client) => client.removeDirectory(path, options), options),
    exists: (path, options) => use((client) => client.exists(path, options), options),
    raw: (command, options) => use((client) => client.raw(command, options), options),
    download: (path, to, options) => pool.download(path, to, options),
    upload: (from, path, options) => pool.upload(from, path, options),
    sessions: pool.limit,
  };
}
