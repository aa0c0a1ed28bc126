/**
 * Trees by a pool of four sessions, to real servers and back, compared by SHA-256: 1,000 files in 100 folders in clear; under
 * TLS 250 in 25, for each file costs a handshake of both ends, and the long tests have 5,000 in 500.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { makeAuthority } from "../../packages/core/test/support/certificates.ts";
import { anySecurePeerNames, peerNames, removeUser, startAnySecurePeer, startPeer } from "./peer-servers.ts";
import { makeFolder, startOurServer } from "./processes.ts";
import { byOurs, byPeer, ourLogin, thereAndBack, type Tree } from "./tree-pools.ts";
import { digestTree, makeWideTree } from "./trees.ts";

let local: Awaited<ReturnType<typeof makeFolder>>;
let large: Tree;
let small: Tree;

/** What a busy machine takes for the slowest of them, in milliseconds. */
const timeout = 300_000;

async function makeTree(name: string, folders: number): Promise<Tree> {
  const source = join(local.path, name);
  await makeWideTree(source, folders);
  return { source, expected: await digestTree(source) };
}

beforeAll(async () => {
  local = await makeFolder();
  large = await makeTree("large", 100);
  small = await makeTree("small", 25);
});

afterAll(async () => {
  await local.remove();
  await removeUser();
});

describe("in clear", { timeout }, () => {
  it.each(peerNames)("by %s", async (name) => byPeer(await startPeer(name), large, join(local.path, name)));

  it("by our own server", () => byOurs(large, local.path));
});

describe("under TLS", { timeout }, () => {
  it.each(anySecurePeerNames)("by %s", async (name) => {
    const peer = await startAnySecurePeer(name);
    await byPeer(peer, small, join(local.path, `${name}-tls`), { authorities: [{ file: peer.authority }] });
  });

  it("by our own server", async () => {
    const served = join(local.path, "served-tls");
    await mkdir(served);
    const authority = await makeAuthority("Interop");
    const issued = await authority.issue(["127.0.0.1"]);
    const [cert, key] = [join(local.path, "cert.pem"), join(local.path, "key.pem")];
    await writeFile(cert, issued.cert);
    await writeFile(key, issued.key, { mode: 0o600 });
    const server = await startOurServer(served, ["--tls-cert", cert, "--tls-key", key]);
    try {
      const tls = { authorities: [authority.cert] };
      await thereAndBack({ ...ourLogin, port: server.port, tls }, small, join(local.path, "own-tls"));
    } finally {
      await server.stop();
    }
  });
});
