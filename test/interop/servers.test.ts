/** Our client and command line against real servers: trees both ways, compared by SHA-256. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FtpClient } from "../../packages/core/src/ftp-client/index.ts";
import { peerNames, peerPassword, peerUser, removeUser, startPeer, type Peer } from "./peer-servers.ts";
import { twinport } from "../programs.ts";
import { makeFolder, run } from "./processes.ts";
import { digestTree, makeTree } from "./trees.ts";

/** Names that a server cannot carry, whatever the client: each was tried with curl or lftp too. */
const cannotCarry: Readonly<Record<string, readonly string[]>> = {};

let local: Awaited<ReturnType<typeof makeFolder>>;

beforeAll(async () => {
  local = await makeFolder();
});

afterAll(async () => {
  await local.remove();
  await removeUser();
});

describe.each(peerNames)("%s", (name) => {
  let peer: Peer;
  let source: string;

  beforeAll(async () => {
    peer = await startPeer(name);
    source = join(local.path, `${name}-source`);
    // inetutils' ftpd takes 40 ms a file, whoever asks: Nagle's delay on its control connection.
    await makeTree(source, cannotCarry[name] ?? [], name === "inetutils" ? 40 : 1_000);
  });

  afterAll(async () => {
    await peer.stop();
  });

  const connect = (dataMode: "auto" | "pasv" | "active"): Promise<FtpClient> =>
    FtpClient.connect({ host: "127.0.0.1", port: peer.port, user: peerUser, password: peerPassword, dataMode });

  it.each(["auto", "pasv", "active"] as const)("takes and gives the tree by our client (%s)", async (dataMode) => {
    const client = await connect(dataMode);
    await client.uploadTree(source, `tree-${dataMode}`);
    const back = join(local.path, `${name}-${dataMode}`);
    const { skipped } = await client.downloadTree(`tree-${dataMode}`, back);
    await client.removeDirectory(`tree-${dataMode}`, { recursive: true });
    expect(await client.exists(`tree-${dataMode}`)).toBe(false);
    await client.close();
    expect(skipped).toEqual([]);
    expect(await digestTree(back)).toBe(await digestTree(source));
  });

  it("resumes, appends, renames, aborts, and stays in step", async () => {
    const client = await connect("auto");
    const content = await readFile(join(source, "awkward", "exactly"));
    await client.upload(content.subarray(0, 300_000), "resumed");
    expect(await client.upload(content, "resumed", { resume: true })).toMatchObject({
      offset: 300_000,
      bytes: content.length - 300_000,
    });
    const download = await client.openRead("resumed");
    for await (const chunk of download) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    const half = join(local.path, `${name}-half`);
    await writeFile(half, content.subarray(0, 500_000));
    await client.download("resumed", half, { resume: true });
    expect(content.equals(await readFile(half))).toBe(true);
    await client.append(Buffer.from("tail"), "resumed");
    expect(await client.size("resumed")).toBe(content.length + 4);
    await client.rename("resumed", "renamed");
    const abort = new AbortController();
    const upload = client.upload(
      endless(() => abort.abort()),
      "aborted",
      { signal: abort.signal },
    );
    await expect(upload).rejects.toMatchObject({ name: "FtpTransferError", kind: "aborted" });
    expect(await client.exists("renamed")).toBe(true);
    await client.remove("renamed");
    await client.close();
  });

  it("takes and gives the tree by our command line", async () => {
    const url = `ftp://${peerUser}@127.0.0.1:${peer.port}/cli`;
    const env = { TWINPORT_PASSWORD: peerPassword };
    const back = join(local.path, `${name}-cli`);
    await mkdir(back);
    const cli = (...args: string[]): Promise<{ stdout: string }> => run(process.execPath, [twinport, ...args], { env });
    await cli("put", "-r", join(source, "awkward"), url);
    expect((await cli("ls", `${url}/`)).stdout.split("\n")).toContain("with space.txt");
    await cli("get", "-r", "-o", back, `${url}/`);
    await cli("rm", "-r", url);
    expect(await digestTree(back)).toBe(await digestTree(join(source, "awkward")));
  });
});

/** Bytes without end; `later` is called once some have gone. */
async function* endless(later: () => void): AsyncGenerator<Uint8Array> {
  for (let i = 0; ; i++) {
    if (i === 20) later();
    yield new Uint8Array(50_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
