/** Trees of 5,000 files in 500 folders by a pool of four sessions, to real servers and back, compared by SHA-256. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { anySecurePeerNames, peerNames, removeUser, startAnySecurePeer, startPeer } from "../interop/peer-servers.ts";
import { makeFolder, startOurServer } from "../interop/processes.ts";
import { ourLogin, peerLogin, thereAndBack } from "../interop/tree-pools.ts";
import { digestTree, makeWideTree } from "../interop/trees.ts";

let local: Awaited<ReturnType<typeof makeFolder>>;
let source: string;
let expected: string;

beforeAll(async () => {
  local = await makeFolder();
  source = join(local.path, "source");
  await makeWideTree(source, 500);
  expected = await digestTree(source);
  expect(expected.split("\n")).toHaveLength(5_000);
});

afterAll(async () => {
  await local.remove();
  await removeUser();
});

it.each(peerNames)("by %s in clear", async (name) => {
  const peer = await startPeer(name);
  try {
    await thereAndBack({ ...peerLogin, port: peer.port }, { source, expected }, join(local.path, name));
  } finally {
    await peer.stop();
  }
});

it.each(anySecurePeerNames)("by %s under TLS", async (name) => {
  const peer = await startAnySecurePeer(name);
  try {
    const tls = { authorities: [{ file: peer.authority }] };
    await thereAndBack({ ...peerLogin, port: peer.port, tls }, { source, expected }, join(local.path, `${name}-tls`));
  } finally {
    await peer.stop();
  }
});

it("by our own server", async () => {
  const served = join(local.path, "served");
  await mkdir(served);
  const server = await startOurServer(served);
  try {
    await thereAndBack({ ...ourLogin, port: server.port }, { source, expected }, join(local.path, "own"));
  } finally {
    await server.stop();
  }
});
