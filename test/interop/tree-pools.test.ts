/** Trees by a pool of four sessions, to real servers and back: 1,000 files in 100 folders, compared by SHA-256. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { makeAuthority } from "../../packages/core/test/support/certificates.ts";
import { anySecurePeerNames, peerNames, removeUser, startAnySecurePeer, startPeer } from "./peer-servers.ts";
import { makeFolder, startOurServer } from "./processes.ts";
import { ourLogin, peerLogin, thereAndBack } from "./tree-pools.ts";
import { digestTree, makeWideTree } from "./trees.ts";

let local: Awaited<ReturnType<typeof makeFolder>>;
let source: string;
let expected: string;

beforeAll(async () => {
  local = await makeFolder();
  source = join(local.path, "source");
  await makeWideTree(source, 100);
  expected = await digestTree(source);
});

afterAll(async () => {
  await local.remove();
  await removeUser();
});

describe("in clear", () => {
  it.each(peerNames)("by %s", async (name) => {
    const peer = await startPeer(name);
    try {
      await thereAndBack({ ...peerLogin, port: peer.port }, source, join(local.path, name), expected);
    } finally {
      await peer.stop();
    }
  });

  it("by our own server", async () => {
    const served = join(local.path, "served");
    await mkdir(served);
    const server = await startOurServer(served);
    try {
      await thereAndBack({ ...ourLogin, port: server.port }, source, join(local.path, "own"), expected);
    } finally {
      await server.stop();
    }
  });
});

describe("under TLS", () => {
  it.each(anySecurePeerNames)("by %s", async (name) => {
    const peer = await startAnySecurePeer(name);
    try {
      const tls = { authorities: [{ file: peer.authority }] };
      await thereAndBack({ ...peerLogin, port: peer.port, tls }, source, join(local.path, `${name}-tls`), expected);
    } finally {
      await peer.stop();
    }
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
      await thereAndBack({ ...ourLogin, port: server.port, tls }, source, join(local.path, "own-tls"), expected);
    } finally {
      await server.stop();
    }
  });
});
