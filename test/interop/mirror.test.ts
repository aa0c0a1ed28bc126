/**
 * Mirrors with real servers: a tree goes there and back, is changed, and goes again; then only what was changed moves. The
 * trees are compared by SHA-256, at the server by its own folder.
 *
 * Trees have 1,000 files in 100 folders with the fastest two; with the others they are smaller, so that all takes no more
 * than two minutes: test/long has 5,000 files in 500 folders for each of them.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
import { peerPassword, peerUser, removeUser, securePeerNames, startPeer, startSecurePeer } from "./peer-servers.ts";
import { makeFolder, startOurServer } from "./processes.ts";
import { digestTree } from "./trees.ts";

/** A server to mirror with. */
interface End {
  readonly options: FtpClientOptions;
  /** Where the server's folder is on this machine. */
  readonly home: string;
  stop(): Promise<void>;
}

/** A case: the server, and the size of its tree. */
interface Case {
  readonly name: string;
  readonly files: number;
  readonly folders: number;
  /** Whether it tells two contents of one size apart by the times that it keeps. */
  readonly keepsTimes: boolean;
  start(): Promise<End>;
}

async function plainPeer(name: string): Promise<End> {
  const peer = await startPeer(name);
  const options = { host: "127.0.0.1", port: peer.port, user: peerUser, password: peerPassword };
  return { options, home: peer.home, stop: () => peer.stop() };
}

async function securePeer(name: string): Promise<End> {
  const peer = await startSecurePeer(name);
  const tls = { authorities: [{ file: peer.authority }] };
  const options = { host: "127.0.0.1", port: peer.port, user: peerUser, password: peerPassword, tls };
  return { options, home: peer.home, stop: () => peer.stop() };
}

async function ours(secure: boolean): Promise<End> {
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

const whole = { files: 1_000, folders: 100 } as const;
const smaller = { files: 250, folders: 25 } as const;
const cases: readonly Case[] = [
  { name: "vsftpd", ...whole, keepsTimes: true, start: () => plainPeer("vsftpd") },
  ...["proftpd", "pure-ftpd", "pyftpdlib"].map((name) => ({
    name,
    ...smaller,
    keepsTimes: true,
    start: () => plainPeer(name),
  })),
  // Nagle's delay on its control connection: 40 ms a reply, whoever asks. It has no command that sets a time.
  { name: "inetutils", files: 40, folders: 8, keepsTimes: false, start: () => plainPeer("inetutils") },
  { name: "our server", ...whole, keepsTimes: true, start: () => ours(false) },
  ...securePeerNames.map((name) => ({
    name: `${name} with TLS`,
    files: 100,
    folders: 10,
    keepsTimes: true,
    start: () => securePeer(name),
  })),
  { name: "our server with TLS", files: 100, folders: 10, keepsTimes: true, start: () => ours(true) },
];

afterAll(removeUser);

describe.each(cases)("$name", ({ files, folders, keepsTimes, start }) => {
  let end: End;
  let here: Awaited<ReturnType<typeof makeFolder>>;
  let pool: FtpPool;

  beforeAll(async () => {
    here = await makeFolder();
    end = await start();
    pool = new FtpPool(end.options, { limit: 4 });
  });

  afterAll(async () => {
    await pool.close();
    await end.stop();
    await here.remove();
  });

  it(`takes and gives a tree of ${files} files in ${folders} folders, and then only what changes`, async () => {
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
  });
});
