/** Servers to mirror with, and the way of a tree there and back. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import {
  FtpPool,
  FtpStorage,
  mirror,
  planMirror,
  type FtpClientOptions,
  type MirrorOptions,
} from "../../packages/core/src/ftp-client/index.ts";
import { LocalStorage } from "../../packages/core/src/storage/index.ts";
import { changeTree, makeMirrorTree } from "./mirror-tree.ts";
import { peerPassword, peerUser, startAnySecurePeer, startPeer } from "./peer-servers.ts";
import { makeFolder, startOurServer } from "./processes.ts";
import { digestTree } from "./trees.ts";

/** A server to mirror with. */
export interface MirrorServer {
  readonly options: FtpClientOptions;
  /** Where the server's folder is on this machine. */
  readonly home: string;
  stop(): Promise<void>;
}

/** A server of others. */
export async function plainPeer(name: string): Promise<MirrorServer> {
  const peer = await startPeer(name);
  const options = { host: "127.0.0.1", port: peer.port, user: peerUser, password: peerPassword };
  return { options, home: peer.home, stop: () => peer.stop() };
}

/** A server of others, with TLS. */
export async function securePeer(name: string): Promise<MirrorServer> {
  const peer = await startAnySecurePeer(name);
  const tls = { authorities: [{ file: peer.authority }] };
  const options = { host: "127.0.0.1", port: peer.port, user: peerUser, password: peerPassword, tls };
  return { options, home: peer.home, stop: () => peer.stop() };
}

/** Our server. */
export async function ours(secure: boolean): Promise<MirrorServer> {
  const folder = await makeFolder();
  const home = join(folder.path, "home");
  await mkdir(home);
  const server = await startOurServer(home, secure ? ["--tls-self-signed"] : []);
  const tls = secure ? { tls: { acceptUnverified: true } } : {};
  return {
    options: { host: "127.0.0.1", port: server.port, user: "me", password: "secret", ...tls },
    home,
    stop: async () => {
      await server.stop();
      await folder.remove();
    },
  };
}

/** The size of a tree, and what the server makes of it. */
export interface MirrorTrial {
  readonly files: number;
  readonly folders: number;
  /** Whether it tells two contents of one size apart by the times that it keeps. */
  readonly keepsTimes: boolean;
}

/** Takes a tree there and back, changes it, and takes it again: then only what was changed moves. */
export async function mirrorBothWays(end: MirrorServer, { files, folders, keepsTimes }: MirrorTrial): Promise<void> {
  const here = await makeFolder();
  const pool = new FtpPool(end.options, { limit: 4 });
  try {
    const tree = await makeMirrorTree(join(here.path, "source"), files, folders);
    const back = join(here.path, "back");
    await mkdir(back);
    const [source, copy] = [
      new LocalStorage({ root: tree.root }),
      new LocalStorage({ root: back, stateDirectory: join(here.path, "state") }),
    ];
    const remote = new FtpStorage(pool);
    const up: MirrorOptions = { delete: true, toPath: "tree" };
    const down: MirrorOptions = { delete: true, fromPath: "tree" };
    const atServer = join(end.home, "tree");

    const first = await mirror(source, remote, up);
    expect(first).toMatchObject({ copied: files, failures: [], heldBack: 0 });
    expect(await digestTree(atServer)).toBe(await digestTree(tree.root));
    expect((await planMirror(source, remote, up)).steps).toEqual([]);

    expect(await mirror(remote, copy, down)).toMatchObject({ copied: files, failures: [], notes: [] });
    expect(await digestTree(back)).toBe(await digestTree(tree.root));
    expect((await planMirror(remote, copy, down)).steps).toEqual([]);

    const changes = await changeTree(tree, keepsTimes);
    expect(await mirror(source, remote, up)).toMatchObject({ ...changes, failures: [] });
    expect(await digestTree(atServer)).toBe(await digestTree(tree.root));
    expect((await planMirror(source, remote, up)).steps).toEqual([]);

    expect(await mirror(remote, copy, down)).toMatchObject({ ...changes, failures: [], notes: [] });
    expect(await digestTree(back)).toBe(await digestTree(tree.root));
    expect((await planMirror(remote, copy, down)).steps).toEqual([]);
    await Promise.all([source.close(), copy.close()]);
  } finally {
    await pool.close();
    await here.remove();
  }
}
