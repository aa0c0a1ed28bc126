/** Two of our servers behind a real balancer: control by PROXY headers of both versions, data as plain TCP. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FtpClient } from "../../packages/core/src/ftp-client/index.ts";
import { program } from "./peer-servers.ts";
import { twinport } from "../programs.ts";
import { freePort, freePorts, makeFolder, run, start, waitForListener, type Running } from "./processes.ts";
import { digestTree, makeTree } from "./trees.ts";

/** The servers: each with an address of its own, and the header that the balancer sends it. */
const servers = [
  { name: "first", address: "127.0.0.2", header: "send-proxy" },
  { name: "second", address: "127.0.0.3", header: "send-proxy-v2" },
] as const;
/** Passive ports of each. */
const passivePorts = 20;
/** Where clients connect from, so that they are not taken for the balancer. */
const clientAddress = "127.0.0.9";

let local: Awaited<ReturnType<typeof makeFolder>>;
let source: string;
let balanced: number;
const running: Running[] = [];
/** The port of the balancer that leads to one server only; the server's own port; the server's log. */
const ports = new Map<string, number>();
const insides = new Map<string, number>();
const logs = new Map<string, () => string>();

beforeAll(async () => {
  local = await makeFolder();
  source = join(local.path, "source");
  await makeTree(source, [], 60);
  balanced = await freePort();
  const sections: string[] = [];
  const members: string[] = [];
  const firstOfAll = await freePorts(passivePorts * servers.length, [
    "127.0.0.1",
    ...servers.map((each) => each.address),
  ]);
  for (const [at, { name, address, header }] of servers.entries()) {
    const first = firstOfAll + passivePorts * at;
    const last = first + passivePorts - 1;
    const home = join(local.path, name);
    await mkdir(home);
    const [inside, outside] = [await freePort(), await freePort()];
    ports.set(name, outside);
    insides.set(name, inside);
    const options = ["--passive-ports", `${first}-${last}`, "--tls-self-signed", "--proxy-protocol", "127.0.0.1"];
    const args = [twinport, "serve", home, "--listen", `${address}:${inside}`, "--log-format", "json", ...options];
    const server = start(process.execPath, args, { TWINPORT_USERS: "me:secret" });
    logs.set(name, server.log);
    running.push(server);
    await waitForListener(inside, address);
    members.push(`  server ${name} ${address}:${inside} ${header} check check-send-proxy`);
    sections.push(
      `listen ${name}\n  bind 127.0.0.1:${outside}\n  server ${name} ${address}:${inside} ${header}\n`,
      // Without a port the balancer connects to the one that it was connected to by.
      `listen ${name}-data\n  bind 127.0.0.1:${first}-${last}\n  server ${name} ${address}\n`,
    );
  }
  const config = join(local.path, "haproxy.cfg");
  await writeFile(
    config,
    `defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n${sections.join("")}
listen balanced\n  bind 127.0.0.1:${balanced}\n  balance roundrobin\n${members.join("\n")}\n`,
  );
  running.push(start(program("haproxy", "usr/sbin/haproxy"), ["-db", "-f", config]));
  await waitForListener(balanced);
});

afterAll(async () => {
  for (const each of running) await each.stop();
  await local.remove();
});

describe.each(servers)("through $header", ({ name }) => {
  const connect = (dataMode: "epsv" | "pasv", tls = false): Promise<FtpClient> =>
    FtpClient.connect({
      host: "127.0.0.1",
      port: ports.get(name) ?? 0,
      user: "me",
      password: "secret",
      dataMode,
      tls: tls ? { acceptUnverified: true } : "off",
    });

  it.each([
    ["epsv", false],
    ["pasv", false],
    ["pasv", true],
  ] as const)("takes and gives a tree (%s, TLS: %s)", async (dataMode, tls) => {
    const client = await connect(dataMode, tls);
    const warnings: string[] = [];
    client.on("warning", ({ message }) => warnings.push(message));
    await client.uploadTree(source, "tree");
    const back = join(local.path, `${name}-${dataMode}-${tls}`);
    await client.downloadTree("tree", back);
    await client.removeDirectory("tree", { recursive: true });
    await client.close();
    expect(await digestTree(back)).toBe(await digestTree(source));
    // PASV names the balancer's address, which is where the client is connected to.
    expect(warnings).toEqual([]);
  });

  it("knows the client's address", async () => {
    const url = `ftp://me:secret@127.0.0.1:${ports.get(name)}/`;
    await run("curl", ["-sS", "--interface", clientAddress, url]);
    await expect.poll(() => logs.get(name)?.()).toMatch(new RegExp(`"remote":"${clientAddress}:\\d+".*logged in`));
  });

  it("lets the server connect to the client for data", async () => {
    const url = `ftp://me:secret@127.0.0.1:${ports.get(name)}/`;
    const args = [
      "-sS",
      "--interface",
      clientAddress,
      "--ftp-port",
      clientAddress,
      "-T",
      join(source, "awkward", "exactly"),
    ];
    await run("curl", [...args, `${url}active`]);
    const { stdout } = await run("curl", ["-sS", "-I", url + "active"]);
    expect(stdout).toContain("Content-Length");
  });
});

describe("two servers behind one port", () => {
  it("share the sessions, each with data ports of its own", async () => {
    for (const name of ["a", "b", "c", "d"]) {
      await run("curl", [
        "-sS",
        "-T",
        join(source, "awkward", "exactly"),
        `ftp://me:secret@127.0.0.1:${balanced}/${name}`,
      ]);
    }
    const held = await Promise.all(
      servers.map(async ({ name }) => {
        const { stdout } = await run("curl", ["-sS", "-l", `ftp://me:secret@127.0.0.1:${ports.get(name)}/`]);
        return stdout.split("\n").filter((each) => /^[a-d]$/.test(each.trim())).length;
      }),
    );
    expect(held).toEqual([2, 2]);
  });

  it("are not reached past the balancer", async () => {
    for (const { name } of servers) expect(logs.get(name)?.()).not.toContain("session refused");
    const refused = await run(
      "curl",
      ["-sS", "--interface", clientAddress, `ftp://me:secret@127.0.0.2:${insides.get("first")}/`],
      {
        mayFail: true,
      },
    );
    expect(refused.code).not.toBe(0);
    await expect.poll(() => logs.get("first")?.()).toContain("This address is no trusted proxy");
  });
});
