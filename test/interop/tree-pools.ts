/** A tree by a pool of sessions, to a server and back. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { FtpPool, FtpStorage, walk, type FtpClientOptions } from "../../packages/core/src/ftp-client/index.ts";
import { peerPassword, peerUser, type Peer } from "./peer-servers.ts";
import { startOurServer } from "./processes.ts";
import { digestTree } from "./trees.ts";

/** Sessions at once. */
const sessions = 4;

/** How the servers of others are logged in to. */
const peerLogin: FtpClientOptions = { host: "127.0.0.1", user: peerUser, password: peerPassword };
/** How our own server is. */
export const ourLogin: FtpClientOptions = { host: "127.0.0.1", user: "me", password: "secret" };

/** A tree's folder, and what `digestTree` tells of it. */
export interface Tree {
  readonly source: string;
  readonly expected: string;
}

/** As `thereAndBack` by a server of others, which is stopped then. @param tls - Where it speaks TLS. */
export async function byPeer(
  peer: Pick<Peer, "port" | "stop">,
  tree: Tree,
  back: string,
  tls?: FtpClientOptions["tls"],
): Promise<void> {
  try {
    const secure = tls === undefined ? {} : { tls };
    await thereAndBack({ ...peerLogin, port: peer.port, ...secure }, tree, back);
  } finally {
    await peer.stop();
  }
}

/** As `thereAndBack` by our own server in the clear. @param folder - Where what it serves and what comes back are put. */
export async function byOurs(tree: Tree, folder: string): Promise<void> {
  const served = join(folder, "served");
  await mkdir(served);
  const server = await startOurServer(served);
  try {
    await thereAndBack({ ...ourLogin, port: server.port }, tree, join(folder, "own"));
  } finally {
    await server.stop();
  }
}

/** Uploads a tree, goes through it, downloads it, compares, and removes it. */
export async function thereAndBack(server: FtpClientOptions, tree: Tree, back: string): Promise<void> {
  const { source, expected } = tree;
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
