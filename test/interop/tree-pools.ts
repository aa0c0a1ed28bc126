/** A tree by a pool of sessions, to a server and back. */
import { expect } from "vitest";
import { FtpPool, FtpStorage, walk, type FtpClientOptions } from "../../packages/core/src/ftp-client/index.ts";
import { peerPassword, peerUser } from "./peer-servers.ts";
import { digestTree } from "./trees.ts";

/** Sessions at once. */
const sessions = 4;

/** How the servers of others are logged in to. */
export const peerLogin: FtpClientOptions = { host: "127.0.0.1", user: peerUser, password: peerPassword };
/** How our own server is. */
export const ourLogin: FtpClientOptions = { host: "127.0.0.1", user: "me", password: "secret" };

/**
 * Uploads a tree, goes through it, downloads it, compares, and removes it.
 *
 * @param expected - What `digestTree` tells of `source`.
 */
export async function thereAndBack(
  server: FtpClientOptions,
  source: string,
  back: string,
  expected: string,
): Promise<void> {
  const pool = new FtpPool(server, { limit: sessions });
  try {
    const files = expected.split("\n").length;
    const up = await pool.uploadTree(source, "tree");
    expect(up).toMatchObject({ files, skipped: [], failures: [] });
    let seen = 0;
    for await (const { entry } of walk(new FtpStorage(pool), "/tree")) if (entry.kind === "file") seen++;
    expect(seen).toBe(files);
    const down = await pool.downloadTree("tree", back);
    expect(down).toMatchObject({ files, directories: up.directories, skipped: [], failures: [] });
    expect(await digestTree(back)).toBe(expected);
    expect(await pool.removeTree("tree")).toMatchObject({ files, directories: up.directories });
    expect(pool.size).toBe(sessions);
  } finally {
    await pool.close();
  }
}
