/** Our client and command line through real proxies, to a server that demands the control connection's TLS session. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { program, peerPassword, peerUser, removeUser, startPeer, startSecurePeer, type Peer } from "./peer-servers.ts";
import { twinport } from "../programs.ts";
import { freePort, makeFolder, run, start, waitForListener, type Running } from "./processes.ts";
import { digestTree, makeTree } from "./trees.ts";

let local: Awaited<ReturnType<typeof makeFolder>>;
let source: string;

beforeAll(async () => {
  local = await makeFolder();
  source = join(local.path, "source");
  await makeTree(source, [], 50);
});

afterAll(async () => {
  await local.remove();
  await removeUser();
});

const proxies: Readonly<Record<string, (port: number) => Promise<Running>>> = {
  // Its users are the system's.
  socks5: async (port) => {
    const config = join(local.path, "danted.conf");
    await writeFile(
      config,
      `logoutput: stderr\ninternal: 127.0.0.1 port = ${port}\nexternal: 127.0.0.1\nclientmethod: none\nsocksmethod: username
user.privileged: root\nuser.unprivileged: nobody\nclient pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }
socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n`,
    );
    return start(program("dante-server", "usr/sbin/danted"), ["-f", config, "-p", join(local.path, "danted.pid")]);
  },
  http: async (port) => {
    const config = join(local.path, "tinyproxy.conf");
    await writeFile(
      config,
      `Port ${port}\nListen 127.0.0.1\nTimeout 60\nAllow 127.0.0.1\nBasicAuth ${peerUser} ${peerPassword}\n`,
    );
    return start(program("tinyproxy-bin", "usr/bin/tinyproxy"), ["-d", "-c", config]);
  },
};

describe.each(Object.keys(proxies))("%s", (scheme) => {
  let proxy: Running | undefined;
  let by: string;

  beforeAll(async () => {
    const port = await freePort();
    proxy = await proxies[scheme]?.(port);
    await waitForListener(port);
    by = `${scheme}://${peerUser}:${peerPassword}@127.0.0.1:${port}`;
  });

  afterAll(async () => {
    await proxy?.stop();
  });

  describe.each([
    ["vsftpd", "plain"],
    ["vsftpd", "secure"],
    ["proftpd", "secure"],
  ])("to %s (%s)", (name, kind) => {
    let peer: Peer;

    beforeAll(async () => {
      peer = kind === "plain" ? await startPeer(name) : await startSecurePeer(name);
    });

    afterAll(async () => {
      await peer.stop();
    });

    it("takes and gives a tree, and lists it", async () => {
      const url = `ftp://${peerUser}@127.0.0.1:${peer.port}/proxied`;
      const env = { TWINPORT_PASSWORD: peerPassword, all_proxy: by };
      const trusting = kind === "plain" ? [] : ["--tls", "require", "--ca", peer.authority];
      const ours = (...args: string[]): ReturnType<typeof run> => run(process.execPath, [twinport, ...args], { env });
      await ours("put", "-r", ...trusting, source, url);
      const listed = await ours("ls", ...trusting, `${url}/`);
      expect(listed.stdout).toContain("awkward");
      const back = join(local.path, `${scheme}-${name}-${kind}`);
      await mkdir(back);
      await ours("get", "-r", ...trusting, "-o", back, `${url}/`);
      await ours("rm", "-r", ...trusting, url);
      expect(await digestTree(back)).toBe(await digestTree(source));
    });

    it("is not reached with another password for the proxy", async () => {
      const url = `ftp://${peerUser}@127.0.0.1:${peer.port}/`;
      const args = [twinport, "ls", "--proxy", by.replace(peerPassword, "guessed"), url];
      const refused = await run(process.execPath, args, { env: { TWINPORT_PASSWORD: peerPassword }, mayFail: true });
      expect(refused.code).toBe(3);
      expect(refused.stderr).toContain("the proxy 127.0.0.1:");
      expect(refused.stderr).not.toContain("guessed");
    });
  });

  it("moves a file whole that is larger than any buffer", async () => {
    const peer = await startPeer("vsftpd");
    const file = join(local.path, "large");
    const bytes = Buffer.alloc(60_000_000, "a long way ");
    await writeFile(file, bytes);
    const url = `ftp://${peerUser}@127.0.0.1:${peer.port}/large`;
    const env = { TWINPORT_PASSWORD: peerPassword };
    await run(process.execPath, [twinport, "put", "--proxy", by, file, url], { env });
    await run(process.execPath, [twinport, "get", "--proxy", by, "-o", `${file}-back`, url], { env });
    await peer.stop();
    expect(bytes.equals(await readFile(`${file}-back`))).toBe(true);
  });
});
