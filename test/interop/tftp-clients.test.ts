/** Real TFTP clients against our server: every size, every way, compared by SHA-256. */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startServerProgram, type Ended, type ServerProgram } from "../programs.ts";
import { makeFolder, run } from "./processes.ts";
import { digestOf, makeFileOf, makeText, tftpSizes } from "./tftp-files.ts";
import { nameOfWay, tftpPrograms, type TftpErrand, type TftpWay } from "./tftp-programs.ts";

/** Octets of a block, and blocks of a window, of which there is nothing in a request. */
const plain = { blockSize: 512, windowSize: 1 };

let served: Awaited<ReturnType<typeof makeFolder>>;
let local: Awaited<ReturnType<typeof makeFolder>>;
const files = new Map<number, string>();
const servers = new Map<string, ServerProgram>();

/** Starts our server on a loopback address, telling of each transfer. */
async function startServer(name: string, host: string, more: readonly string[]): Promise<void> {
  const args = [served.path, "--tftp", `${host}:0`, ...more, "--log-level", "info"];
  const options = { env: { TWINPORT_USERS: "me:secret" }, until: "tftp://" };
  servers.set(name, await startServerProgram(args, options));
}

const serverOf = (name: string): ServerProgram => {
  const server = servers.get(name);
  if (server === undefined) throw new Error(`There is no server ${name}`);
  return server;
};

beforeAll(async () => {
  served = await makeFolder();
  local = await makeFolder();
  await startServer("IPv4", "127.0.0.1", ["--tftp-write", "--tftp-overwrite"]);
  await startServer("IPv6", "[::1]", ["--tftp-write", "--tftp-overwrite"]);
  await startServer("read-only", "127.0.0.1", []);
  for (const size of tftpSizes) files.set(size, await makeFileOf(local.path, size));
});

afterAll(async () => {
  for (const server of servers.values()) await server.stop("SIGTERM");
  await served.remove();
  await local.remove();
});

/** What the server's log says of a file: once it was moved whole. */
async function agreedOn(server: string, path: string): Promise<Record<string, unknown>> {
  return vi.waitFor(() => {
    for (const line of serverOf(server).log().split("\n").slice(0, -1)) {
      const entry = JSON.parse(line) as Record<string, unknown>;
      if (entry["path"] === `/${path}` && String(entry["msg"]).endsWith(" complete")) return entry;
    }
    throw new Error(`The log has nothing of ${path}`);
  });
}

describe.each(tftpPrograms)("$name", (program) => {
  let folder: string;

  beforeAll(async () => {
    folder = join(local.path, program.name);
    await mkdir(folder);
    await mkdir(join(served.path, program.name));
  });

  const ask = async (
    errand: Omit<TftpErrand, "host" | "port">,
    server = "IPv4",
    mayFail = false,
  ): Promise<Ended & { readonly said: string }> => {
    const host = server === "IPv6" ? "::1" : "127.0.0.1";
    const [command = "", ...args] = program.command({ ...errand, host, port: serverOf(server).tftpPort });
    const ended = await run(command, args, { mayFail });
    return { ...ended, said: ended.stdout + ended.stderr };
  };

  /** Puts a file and gets it back. */
  const moveBothWays = async (size: number, way: TftpWay, server = "IPv4"): Promise<void> => {
    const source = files.get(size) ?? "";
    const expected = await digestOf(source);
    const put = `${program.name}/put-${size}-${nameOfWay(way).replace(/\W+/g, "-")}-${server}`;
    await ask({ ...way, what: "put", remote: put, local: source }, server);
    expect(await digestOf(join(served.path, put)), `put, ${size}`).toBe(expected);
    const agreement = { bytes: size, ...plain, ...(way.blockSize === undefined ? {} : { blockSize: way.blockSize }) };
    if (way.windowSize !== undefined) agreement.windowSize = way.windowSize;
    expect(await agreedOn(server, put)).toMatchObject(agreement);
    const get = put.replace("put", "get");
    await copyFile(source, join(served.path, get));
    await ask({ ...way, what: "get", remote: get, local: join(folder, "got") }, server);
    expect(await digestOf(join(folder, "got")), `get, ${size}`).toBe(expected);
    expect(await agreedOn(server, get)).toMatchObject(agreement);
  };

  it.each(program.ways.map((way) => [nameOfWay(way), way] as const))(
    "puts and gets files of every size %s",
    async (_name, way) => {
      for (const size of tftpSizes) await moveBothWays(size, way);
    },
  );

  it("puts and gets over IPv6", async () => {
    for (const way of program.ways) await moveBothWays(1200, way, "IPv6");
  });

  it.runIf(program.netascii)("puts and gets text in mode netascii", async () => {
    const text = join(local.path, "text");
    await writeFile(text, makeText());
    const remote = `${program.name}/text`;
    for (const way of program.ways) {
      await ask({ ...way, what: "put", mode: "netascii", remote, local: text });
      expect(await readFile(join(served.path, remote), "latin1")).toBe(makeText());
      await ask({ ...way, what: "get", mode: "netascii", remote, local: join(folder, "text") });
      expect(await readFile(join(folder, "text"), "latin1")).toBe(makeText());
    }
  });

  it("says that a file is not there, and that none is taken", async () => {
    const missing = await ask(
      { what: "get", remote: "nothing", local: join(folder, "nothing") },
      "read-only",
      program.exitCodes.missing !== 0,
    );
    expect(missing.code).toBe(program.exitCodes.missing);
    if (program.tellsText) expect(missing.said).toContain("File not found");
    const refused = await ask(
      { what: "put", remote: "refused", local: files.get(1200) ?? "" },
      "read-only",
      program.exitCodes.refused !== 0,
    );
    expect(refused.code).toBe(program.exitCodes.refused);
    if (program.tellsText) expect(refused.said).toContain("This server offers no writing");
    expect(await digestOf(join(served.path, "refused"))).toBeUndefined();
  });
});
