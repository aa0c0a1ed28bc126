/**
 * Real clients that are killed in the middle of a transfer and go on with it: what arrives is one file, never a mixture
 * (docs/reliability.md, "What a name means").
 */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ReadableFile, WritableFile } from "../../packages/core/src/bytes/index.ts";
import { FtpServer } from "../../packages/core/src/ftp-server/index.ts";
import { LocalStorage, type Entry } from "../../packages/core/src/storage/index.ts";
import { makeFolder, run } from "./processes.ts";

/** A disk slow enough for its clients to be killed in the middle: 64 KiB take some milliseconds. */
class SlowStorage extends LocalStorage {
  slow = true;
  /** Octets that were written or read since `slow` was set. */
  moved = 0;

  override async openWrite(...given: Parameters<LocalStorage["openWrite"]>): Promise<WritableFile<Entry>> {
    const file = await super.openWrite(...given);
    if (!this.slow) return file;
    return {
      write: async (piece) => {
        await file.write(piece);
        await this.#pass(piece.length);
      },
      commit: () => file.commit(),
      abandon: (cause) => file.abandon(cause),
    };
  }

  override async openRead(...given: Parameters<LocalStorage["openRead"]>): Promise<ReadableFile> {
    const file = await super.openRead(...given);
    if (!this.slow) return file;
    return {
      read: async (into) => {
        const count = await file.read(into.subarray(0, piece));
        await this.#pass(count);
        return count;
      },
      close: () => file.close(),
    };
  }

  async #pass(count: number): Promise<void> {
    this.moved += count;
    await wait(Math.ceil(count / piece) * 8);
  }
}

const piece = 64 * 1024;
/** Octets of the file: more than the buffers on the way hold. */
const size = 24 * 1024 * 1024;
/** Octets after which a client is killed. */
const enough = 2 * 1024 * 1024;

const content = randomBytes(size);
const old = randomBytes(3 * 1024 * 1024);
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

let folder: Awaited<ReturnType<typeof makeFolder>>;
let here: Awaited<ReturnType<typeof makeFolder>>;
let storage: SlowStorage;
let server: FtpServer;
let port: number;
let source: string;

beforeAll(async () => {
  here = await makeFolder();
  source = join(here.path, "file");
  await writeFile(source, content);
});

afterAll(() => here.remove());

beforeEach(async () => {
  folder = await makeFolder();
  storage = new SlowStorage({ root: folder.path });
  server = new FtpServer({
    accounts: {
      login: ({ user, password }) =>
        user === "me" && password === "secret" ? { name: "me", storage } : { refused: "credentials" },
    },
    listeners: [{ host: "127.0.0.1", port: 0 }],
  });
  await server.start();
  port = server.addresses[0]?.port ?? 0;
});

afterEach(async () => {
  await server.stop();
  await storage.close();
  await folder.remove();
});

/** A client: its command for an upload and a download of `file`, from the start and going on. */
interface Client {
  readonly name: string;
  upload(goesOn: boolean): readonly string[];
  download(goesOn: boolean, to: string): readonly string[];
}

const lftp = (script: string): readonly string[] => [
  "lftp",
  "-u",
  "me,secret",
  "-e",
  `set net:max-retries 1; set net:timeout 20; set cmd:fail-exit yes; ${script}; bye`,
  `ftp://127.0.0.1:${port}`,
];
const ncftpLogin = (): readonly string[] => ["-u", "me", "-p", "secret", "-P", String(port)];
const url = (): string => `ftp://me:secret@127.0.0.1:${port}/file`;

const clients: readonly Client[] = [
  {
    name: "curl",
    upload: (goesOn) => ["curl", "-sS", ...(goesOn ? ["-C", "-"] : []), "-T", source, url()],
    download: (goesOn, to) => ["curl", "-sS", ...(goesOn ? ["-C", "-"] : []), "-o", to, url()],
  },
  {
    name: "lftp",
    upload: (goesOn) => lftp(`put ${goesOn ? "-c " : ""}${source} -o file`),
    download: (goesOn, to) => lftp(`get ${goesOn ? "-c " : ""}file -o ${to}`),
  },
  {
    name: "ncftp",
    // Its -z is of no use for uploads: behind REST 3.2.6 sends the whole file again, not the rest.
    upload: () => ["ncftpput", ...ncftpLogin(), "-Z", "127.0.0.1", ".", source],
    download: (goesOn, to) => ["ncftpget", ...ncftpLogin(), goesOn ? "-z" : "-Z", "127.0.0.1", join(to, ".."), "file"],
  },
];

/** Runs a client on the slow disk, and kills it after some of the file has moved. */
async function killInTheMiddle([program = "", ...args]: readonly string[]): Promise<void> {
  storage.slow = true;
  storage.moved = 0;
  const child = spawn(program, args, { stdio: "ignore", detached: true });
  const ended = once(child, "exit");
  while (storage.moved < enough) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode} before it was killed`);
    await wait(2);
  }
  // lftp may have left the work to a process of its group.
  process.kill(-(child.pid ?? 0), "SIGKILL");
  await ended;
  storage.slow = false;
  await expect.poll(() => server.sessionCount, { timeout: 10_000 }).toBe(0);
}

async function goOn([program = "", ...args]: readonly string[]): Promise<number> {
  const { code } = await run(program, args, { mayFail: true });
  return code ?? -1;
}

const there = (): Promise<Uint8Array> => readFile(join(folder.path, "file"));

describe.each(clients)("$name, killed in the middle", (client) => {
  it("goes on with an upload of a new file", async () => {
    await killInTheMiddle(client.upload(false));
    await expect(there()).rejects.toThrow("ENOENT");
    expect(await goOn(client.upload(true))).toBe(0);
    expect(digest(await there())).toBe(digest(content));
    expect((await readdir(folder.path)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("never mixes an upload with the file that it was to replace", async () => {
    await writeFile(join(folder.path, "file"), old);
    await killInTheMiddle(client.upload(false));
    expect(digest(await there())).toBe(digest(old));
    await goOn(client.upload(true));
    expect([digest(old), digest(content)]).toContain(digest(await there()));
    expect(await goOn(client.upload(false))).toBe(0);
    expect(digest(await there())).toBe(digest(content));
  });

  it("keeps what another stored meanwhile, or replaces it whole", async () => {
    await killInTheMiddle(client.upload(false));
    await writeFile(join(folder.path, "file"), old);
    await goOn(client.upload(true));
    // A client that goes on by the size of what is there asks for the rest of its file to be added; lftp starts over.
    const now = Buffer.from(await there());
    const starts = [digest(now.subarray(0, old.length)), digest(now)];
    expect(starts.includes(digest(old)) || starts.includes(digest(content))).toBe(true);
  });

  it("goes on with a download", async () => {
    await writeFile(join(folder.path, "file"), content);
    const back = join(here.path, "back");
    await rm(back, { recursive: true, force: true });
    await run("mkdir", [back]);
    const to = join(back, "file");
    await killInTheMiddle(client.download(false, to));
    expect((await stat(to)).size).toBeLessThan(size);
    expect(await goOn(client.download(true, to))).toBe(0);
    expect(digest(await readFile(to))).toBe(digest(content));
  });
});
