/** A server, a proxy before it on which things go wrong, and what every operation must bear. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile as readLocal, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { FtpClient, FtpError, type FtpClientOptions } from "../../../src/ftp-client/index.ts";
import type { FtpServerOptions } from "../../../src/ftp-server/index.ts";
import { resolveVirtualPath, rootPath, type Storage } from "../../../src/storage/index.ts";
import { putFile, startServer } from "../../ftp-server/server-fixture.ts";
import { startFaultProxy, type FaultProxy } from "../../support/fault-proxy.ts";
import { seeded } from "../../support/seeded.ts";

/** Milliseconds in which everything below is over, on a machine that is busy with other things too. */
const settleWithin = 20_000;

/** Limits of a client that need no patience. */
export const impatient: FtpClientOptions = {
  connectTimeout: 2_000,
  replyTimeout: 700,
  dataConnectionTimeout: 700,
  stallTimeout: 700,
  hashTimeout: 700,
};

/** Octets that are the same in each run. */
export function octets(count: number, seed = 7): Buffer {
  const random = seeded(seed);
  return Buffer.from(Uint8Array.from({ length: count }, () => Math.floor(random() * 256)));
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** What files hold in these tests: some segments of a network, so that a cut falls between them as well as within. */
export const content: Buffer = octets(150_000);

/** A server behind a proxy. */
export interface FaultyLine {
  readonly storage: Storage;
  readonly proxy: FaultProxy;
  /** A folder of this machine, with a file `source` in it that holds `content`. */
  readonly local: string;
  connect(options?: FtpClientOptions): Promise<FtpClient>;
}

/** Starts them. */
export async function startFaultyLine(server: Partial<FtpServerOptions> = {}): Promise<FaultyLine> {
  const { port, storage } = await startServer({ account: { allowForeignData: true }, ...server });
  const proxy = await startFaultProxy(port);
  const local = await mkdtemp(join(tmpdir(), "twinport-faults-"));
  onTestFinished(() => rm(local, { recursive: true }));
  await writeFile(join(local, "source"), content);
  await mkdir(join(local, "tree", "deep"), { recursive: true });
  await writeFile(join(local, "tree", "deep", "leaf"), content.subarray(0, 1_000));
  const clients: FtpClient[] = [];
  onTestFinished(() => {
    for (const client of clients) client.destroy();
  });
  return {
    storage,
    proxy,
    local,
    connect: async (options = {}) => {
      const where = { host: "127.0.0.1", port: proxy.port, user: "me", password: "secret" };
      const client = await FtpClient.connect({ ...where, ...impatient, ...options });
      clients.push(client);
      return client;
    },
  };
}

/** Puts into a storage what operations are tried on, as it was. */
export async function prepare(storage: Storage): Promise<void> {
  const at = (path: string): ReturnType<typeof resolveVirtualPath> => resolveVirtualPath(rootPath, path);
  await emptyFolder(storage, "/");
  for (const path of ["/folder", "/folder/inner", "/empty"]) await storage.makeDirectory(at(path));
  for (const path of ["/file", "/folder/a", "/folder/inner/b"]) await putFile(storage, path, content);
}

async function emptyFolder(storage: Storage, path: string): Promise<void> {
  const at = (name: string): ReturnType<typeof resolveVirtualPath> => resolveVirtualPath(rootPath, name);
  for await (const batch of storage.list(at(path), {})) {
    for (const { name, kind } of batch) {
      const inside = path === "/" ? `/${name}` : `${path}/${name}`;
      if (kind !== "directory") await storage.remove(at(inside));
      else {
        await emptyFolder(storage, inside);
        await storage.removeDirectory(at(inside));
      }
    }
  }
}

/** The octets of a file of a storage; undefined when it is not there. */
export async function stored(storage: Storage, path: string): Promise<Buffer | undefined> {
  const file = await storage.openRead(resolveVirtualPath(rootPath, path)).catch(() => undefined);
  if (file === undefined) return undefined;
  const parts: Buffer[] = [];
  for (;;) {
    const buffer = new Uint8Array(64 * 1024);
    const count = await file.read(buffer);
    if (count === 0) break;
    parts.push(Buffer.from(buffer.subarray(0, count)));
  }
  await file.close();
  return Buffer.concat(parts);
}

/** The octets of a file of this machine; undefined when it is not there. */
export async function here(path: string): Promise<Buffer | undefined> {
  return readLocal(path).catch(() => undefined);
}

/** What a folder of this machine holds but for what was there at first. */
export async function arrivedIn(local: string): Promise<string[]> {
  return (await readdir(local)).filter((name) => name !== "source" && name !== "tree").sort();
}

/** How an operation ended: it must, and in its time. */
export async function outcome<T>(operation: Promise<T>, what: string): Promise<{ value: T } | { error: unknown }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not settle`)), settleWithin);
  });
  const ended = operation.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A failure is one of the client's own kinds, and tells what was tried. */
export function expectTyped(error: unknown, what: string): void {
  expect(error, `${what}: ${String(error)}`).toBeInstanceOf(FtpError);
  if (error instanceof FtpError) expect(error.tried, what).not.toBe("");
}

/** Afterwards a client is usable, or says that it is closed. */
export async function expectUsableOrClosed(client: FtpClient, what: string): Promise<void> {
  if (client.closed) return;
  const ended = await outcome(client.noop(), `NOOP after ${what}`);
  if ("error" in ended) expect(client.closed, `${what}: open, but ${String(ended.error)}`).toBe(true);
}
