/** Trees of 5,000 files in 500 folders by a pool of four sessions, to real servers and back, compared by SHA-256. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { anySecurePeerNames, peerNames, removeUser, startAnySecurePeer, startPeer } from "../interop/peer-servers.ts";
import { makeFolder } from "../interop/processes.ts";
import { byOurs, byPeer } from "../interop/tree-pools.ts";
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
  await byPeer(await startPeer(name), { source, expected }, join(local.path, name));
});

it.each(anySecurePeerNames)("by %s under TLS", async (name) => {
  const peer = await startAnySecurePeer(name);
  const tls = { authorities: [{ file: peer.authority }] };
  await byPeer(peer, { source, expected }, join(local.path, `${name}-tls`), tls);
});

it("by our own server", () => byOurs({ source, expected }, local.path));
