/** Segmented downloads from real servers: by several sessions, given up and gone on with, compared by SHA-256. */
import { createHash, randomBytes } from "node:crypto";
import { chown, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FtpPool, type FtpClientOptions } from "../../packages/core/src/ftp-client/index.ts";
import {
  peerNames,
  peerPassword,
  peerUser,
  removeUser,
  securePeerNames,
  startPeer,
  startSecurePeer,
  type Peer,
} from "./peer-servers.ts";
import { makeFolder } from "./processes.ts";

const mebibyte = 1024 * 1024;
const content = randomBytes(32 * mebibyte);
const sum = digest(content);

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

let local: Awaited<ReturnType<typeof makeFolder>>;

beforeAll(async () => {
  local = await makeFolder();
});

afterAll(async () => {
  await local.remove();
  await removeUser();
});

async function put(peer: Peer): Promise<void> {
  const path = join(peer.home, "large");
  await writeFile(path, content);
  const { uid, gid } = await stat(peer.home);
  await chown(path, uid, gid);
}

/** Whole at once; given up and gone on with; with a NOOP now and then. */
async function exercise(peer: Peer, options: FtpClientOptions): Promise<void> {
  const target = { host: "127.0.0.1", port: peer.port, user: peerUser, password: peerPassword, ...options };
  const pool = new FtpPool(target, { limit: 4, keepAlive: { noop: 50 } });
  const to = join(local.path, "large");
  try {
    await pool.downloadSegmented("large", to, { minSegment: 2 * mebibyte });
    expect(digest(await readFile(to))).toBe(sum);
    await rm(to);
    const controller = new AbortController();
    const giving = pool.downloadSegmented("large", to, {
      minSegment: 2 * mebibyte,
      bandwidth: 64 * mebibyte,
      signal: controller.signal,
      onProgress: ({ bytes }) => {
        if (bytes > 10 * mebibyte) controller.abort();
      },
    });
    await expect(giving).rejects.toMatchObject({ kind: "aborted" });
    const result = await pool.downloadSegmented("large", to, { minSegment: 2 * mebibyte });
    expect(result.offset).toBeGreaterThan(9 * mebibyte);
    expect(result.bytes).toBe(content.length - result.offset);
    expect(digest(await readFile(to))).toBe(sum);
    expect(await readdir(local.path)).toEqual(["large"]);
    await pool.use((client) => client.remove("large"));
  } finally {
    await pool.close();
    await rm(to, { force: true });
  }
}

describe.each(peerNames)("%s", (name) => {
  it("gives a file in segments", async () => {
    const peer = await startPeer(name);
    try {
      await put(peer);
      await exercise(peer, {});
    } finally {
      await peer.stop();
    }
  });
});

describe.each(securePeerNames)("%s under TLS", (name) => {
  it("gives a file in segments", async () => {
    const peer = await startSecurePeer(name);
    try {
      await put(peer);
      const authorities = [await readFile(peer.authority, "utf8")];
      await exercise(peer, { tls: { mode: "explicit", authorities } });
    } finally {
      await peer.stop();
    }
  });
});
