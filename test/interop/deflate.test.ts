/** Mode Z with real peers: lftp against our server, our client against ProFTPD (draft-preston-ftpext-deflate). */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FtpClient } from "../../packages/core/src/ftp-client/index.ts";
import { peerPassword, peerUser, removeUser, startDeflatingPeer } from "./peer-servers.ts";
import { makeFolder, run, startOurServer } from "./processes.ts";
import { digestTree } from "./trees.ts";

let local: Awaited<ReturnType<typeof makeFolder>>;
let source: string;

beforeAll(async () => {
  local = await makeFolder();
  source = join(local.path, "source");
  await mkdir(source);
  const text = Array.from({ length: 300_000 }, (_, line) => `line ${line}\n`).join("");
  for (const [name, content] of [
    ["text", text],
    ["random", randomBytes(3_000_000)],
    ["zeros", Buffer.alloc(10_000_000)],
    ["empty", ""],
    ["one", "x"],
  ] as const) {
    await writeFile(join(source, name), content);
  }
});

afterAll(async () => {
  await local.remove();
  await removeUser();
});

describe("lftp in mode Z", () => {
  it.each([
    ["in the clear", ["--mode-z"], "set ftp:ssl-allow no", "ftp"],
    ["under TLS", ["--mode-z", "--tls-self-signed"], "set ftp:ssl-force yes; set ssl:verify-certificate no", "ftp"],
  ] as const)("mirrors files both ways, %s", async (way, more, settings, scheme) => {
    const served = await makeFolder();
    const server = await startOurServer(served.path, more);
    try {
      const back = join(local.path, `back ${way}`);
      const script = `set net:max-retries 1; set ftp:use-mode-z yes; ${settings}; debug 9; mirror -R "${source}" up; mirror up "${back}"; bye`;
      const { stderr } = await run("lftp", ["-u", "me,secret", "-e", script, `${scheme}://127.0.0.1:${server.port}`]);
      expect(stderr).toContain("---> MODE Z");
      expect(await digestTree(join(served.path, "up"))).toBe(await digestTree(source));
      expect(await digestTree(back)).toBe(await digestTree(source));
    } finally {
      await server.stop();
      await served.remove();
    }
  });
});

describe("ProFTPD in mode Z", () => {
  // Uploads in mode Z never end with ProFTPD 1.3.8, by lftp neither: it waits for what has come already.
  it.each(["auto", "active"] as const)("gives files to our client (%s)", async (dataMode) => {
    const peer = await startDeflatingPeer("proftpd");
    const client = await FtpClient.connect({
      host: "127.0.0.1",
      port: peer.port,
      user: peerUser,
      password: peerPassword,
      dataMode,
    });
    try {
      expect(client.features.get("MODE")).toBe("Z");
      await client.uploadTree(source, "up");
      const back = join(local.path, `proftpd ${dataMode}`);
      await client.downloadTree("up", back, { mode: "deflate" });
      expect(await digestTree(back)).toBe(await digestTree(source));
    } finally {
      await client.close();
      await peer.stop();
    }
  });
});
