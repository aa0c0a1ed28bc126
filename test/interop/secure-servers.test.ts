/** Our client and command line against real servers that demand the control connection's session on data connections. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FtpClient, type DataMode, type FtpClientTlsOptions } from "../../packages/core/src/ftp-client/index.ts";
import { peerPassword, peerUser, removeUser, securePeerNames, startSecurePeer, type Peer } from "./peer-servers.ts";
import { twinport } from "../programs.ts";
import { makeFolder, run } from "./processes.ts";
import { digestTree, makeTree } from "./trees.ts";

let local: Awaited<ReturnType<typeof makeFolder>>;
let source: string;

beforeAll(async () => {
  local = await makeFolder();
  source = join(local.path, "source");
  await makeTree(source, [], 100);
});

afterAll(async () => {
  await local.remove();
  await removeUser();
});

describe.each(securePeerNames)("%s", (name) => {
  let peer: Peer;

  beforeAll(async () => {
    peer = await startSecurePeer(name);
  });

  afterAll(async () => {
    await peer.stop();
  });

  const connect = (tls: FtpClientTlsOptions, dataMode: DataMode = "auto"): Promise<FtpClient> =>
    FtpClient.connect({
      host: "127.0.0.1",
      port: peer.port,
      user: peerUser,
      password: peerPassword,
      dataMode,
      tls: { authorities: [{ file: peer.authority }], ...tls },
    });

  describe.each(["TLSv1.2", "TLSv1.3"] as const)("%s", (version) => {
    it.each(["auto", "active"] as const)("moves 50 files in a row (%s)", async (dataMode) => {
      const client = await connect({ minVersion: version, maxVersion: version }, dataMode);
      const bytes = await readFile(join(source, "awkward", "exactly"));
      for (let round = 0; round < 25; round++) {
        const part = bytes.subarray(0, round * 10_007);
        await client.upload(part, "file");
        expect(Buffer.from(await client.downloadBytes("file")).equals(part)).toBe(true);
      }
      await client.remove("file");
      await client.close();
    });
  });

  it("takes and gives a tree, aborts, and stays in step", async () => {
    const client = await connect({});
    await client.uploadTree(source, "tree");
    const back = join(local.path, `${name}-back`);
    await client.downloadTree("tree", back);
    const download = await client.openRead("tree/awkward/exactly");
    for await (const chunk of download) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await client.removeDirectory("tree", { recursive: true });
    await client.close();
    expect(await digestTree(back)).toBe(await digestTree(source));
  });

  it("is not trusted without its authority", async () => {
    const unknown = FtpClient.connect({
      host: "127.0.0.1",
      port: peer.port,
      user: peerUser,
      password: "x",
      tls: "explicit",
    });
    await expect(unknown).rejects.toMatchObject({ name: "FtpTlsError", kind: "unverified" });
  });

  it("takes and gives files by our command line", async () => {
    const url = `ftp://${peerUser}@127.0.0.1:${peer.port}/cli`;
    const env = { TWINPORT_PASSWORD: peerPassword };
    const back = join(local.path, `${name}-cli`);
    await mkdir(back);
    const trusting = ["--ca", peer.authority];
    await run(process.execPath, [twinport, "put", "-r", ...trusting, join(source, "awkward"), url], { env });
    await run(process.execPath, [twinport, "get", "-r", ...trusting, "-o", back, `${url.replace("ftp:", "ftpes:")}/`], {
      env,
    });
    await run(process.execPath, [twinport, "rm", "-r", "--insecure", url], { env });
    expect(await digestTree(back)).toBe(await digestTree(join(source, "awkward")));
    const refused = await run(process.execPath, [twinport, "ls", url], { env, mayFail: true });
    expect(refused.code).toBe(10);
    expect(refused.stderr).toContain("--insecure");
  });
});
