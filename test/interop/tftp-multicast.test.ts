/**
 * Multicast (RFC 2090) with atftp and atftpd, in a network namespace of the test's own: they join groups on the network that
 * the system would send multicast to, which is the loopback there.
 */
import { createHash, randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startServerProgram, type ServerProgram } from "../programs.ts";
import { namespacesMissing, NetworkNamespace } from "../support/network-namespace.ts";
import { program } from "./peer-servers.ts";
import { makeFolder, run, start, waitForUdpListener } from "./processes.ts";

const group = "239.255.79.1";
/** atftpd tells ports from 32,768 as negative numbers. */
const groupPort = 17_580;
const host = "127.0.0.1";
const blockSize = 1024;
const blocks = 301;
const content = randomBytes((blocks - 1) * blockSize + 17);
const large = randomBytes(4_000 * blockSize + 17);

const missing = namespacesMissing();
if (missing !== undefined) process.stderr.write(`Multicast with atftp and atftpd is left out: ${missing}\n`);

let served: Awaited<ReturnType<typeof makeFolder>>;
let local: Awaited<ReturnType<typeof makeFolder>>;
let namespace: NetworkNamespace;

const digestOf = (octets: Uint8Array): string => createHash("sha256").update(octets).digest("hex");

describe.skipIf(missing !== undefined)("multicast", () => {
  beforeAll(async () => {
    [served, local] = [await makeFolder(), await makeFolder()];
    namespace = await NetworkNamespace.make();
    await namespace.addMulticast();
    for (const [name, octets] of [
      ["image", content],
      ["large", large],
    ] as const) {
      await writeFile(join(served.path, name), octets);
      await chmod(join(served.path, name), 0o644);
    }
  });

  afterAll(async () => {
    await namespace.remove();
    await served.remove();
    await local.remove();
  });

  describe("atftp, from our server", () => {
    const startServer = async (): Promise<ServerProgram> => {
      const logged = ["--log-format", "json", "--log-level", "debug"];
      const multicast = ["--tftp-multicast", `${group}:${groupPort}`];
      const server = await startServerProgram(
        [served.path, "--anonymous", "--tftp", `${host}:0`, ...multicast, ...logged],
        { until: "tftp:", through: namespace.within },
      );
      onTestFinished(async () => {
        await server.stop("SIGTERM");
      });
      return server;
    };
    const fetch = async ({ tftpPort }: ServerProgram, to: string): Promise<Buffer> => {
      const options = ["--option", "multicast", "--option", `blksize ${blockSize}`];
      const file = join(local.path, to);
      const [command = "", ...before] = namespace.within;
      await run(command, [...before, "atftp", ...options, "--get", "-r", "image", "-l", file, host, String(tftpPort)]);
      return readFile(file);
    };
    const lines = (server: ServerProgram, text: string): readonly string[] =>
      server
        .log()
        .split("\n")
        .filter((line) => line.includes(text));

    it("gets a file as the master client", async () => {
      const server = await startServer();
      expect(Buffer.compare(await fetch(server, "alone"), content)).toBe(0);
      await expect.poll(() => lines(server, "TFTP read complete")).toHaveLength(1);
      expect(lines(server, "TFTP read complete")[0]).toContain(`"group":"${group}:${groupPort}"`);
    });

    it("gets a part of it from another client's asking, and asks for the rest", async () => {
      const server = await startServer();
      const [command = "", ...before] = namespace.within;
      const script = join(import.meta.dirname, "sparing-master.js");
      const asked = [host, server.tftpPort, "image", blockSize, blocks].map(String);
      const master = spawn(command, [...before, process.execPath, script, ...asked], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      onTestFinished(() => void master.kill());
      await once(master.stdout, "data");
      const begun = await namespace.loopbackOctets();
      const got = fetch(server, "passive");
      got.catch(() => undefined);
      await expect.poll(() => lines(server, " begins"), { timeout: 30_000 }).toHaveLength(2);
      // Nothing on the wire tells that a client which is not the master has joined.
      await new Promise((resolve) => setTimeout(resolve, 300));
      master.stdin.write("ask\n");
      expect(Buffer.compare(await got, content)).toBe(0);
      await expect.poll(() => lines(server, "TFTP read complete")).toHaveLength(2);
      // Who had taken nothing of what the other asked for would have asked for all: a third more.
      const octets = (await namespace.loopbackOctets()) - begun;
      expect(octets).toBeGreaterThan(content.length);
      expect(octets).toBeLessThan(1.28 * content.length);
    });
  });

  it("our client gets a file from atftpd together with others", async () => {
    const [command = "", ...before] = namespace.within;
    const atftpd = start(command, [
      ...[...before, program("atftpd", "usr/sbin/atftpd"), "--daemon", "--no-fork"],
      ...["--user", "nobody", "--group", "nogroup", "--bind-address", host, "--port", "69"],
      ...["--mcast-addr", group, "--mcast-port", String(groupPort), "--mcast-ttl", "0", "--logfile", "-", served.path],
    ]);
    onTestFinished(() => atftpd.stop());
    await waitForUdpListener(atftpd.pid, host, 69);
    const script = join(import.meta.dirname, "clients-together.js");
    const asked = [`tftp://${host}/large`, String(blockSize), "3"];
    const { stdout } = await run(command, [...before, process.execPath, script, ...asked]);
    const ended = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly digest: string; readonly group: unknown; acknowledged: number });
    expect(ended).toHaveLength(3);
    for (const one of ended) {
      expect(one).toMatchObject({ digest: digestOf(large), group: { address: group, port: groupPort } });
    }
    // The others asked for what they had missed only.
    expect(Math.min(...ended.map(({ acknowledged }) => acknowledged))).toBeLessThan(3_000);
  });
});
