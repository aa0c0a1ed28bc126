/** What runs many operations at once warns nobody of leaks that are none. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { FtpPool, FtpStorage, mirror } from "../../src/ftp-client/index.ts";
import { LocalStorage } from "../../src/storage/index.ts";
import { putFile, startServer } from "../ftp-server/server-fixture.ts";

const together = 24;
const names = Array.from({ length: 60 }, (_, index) => `f${index}`);

let folder: string;
let pool: FtpPool;
let port: number;
const warnings: string[] = [];
/** One for all of it, as an application has. */
let controller: AbortController;

beforeEach(async () => {
  warnings.length = 0;
  const note = ({ message }: Error): void => void warnings.push(message);
  process.on("warning", note);
  controller = new AbortController();
  folder = await mkdtemp(join(tmpdir(), "twinport-warnings-"));
  await mkdir(join(folder, "tree"));
  for (const name of names) await writeFile(join(folder, "tree", name), name);
  const fixture = await startServer({ limits: { sessionsPerAddress: 100 } });
  await putFile(fixture.storage, "/large", new Uint8Array(4 * 1024 * 1024));
  ({ port } = fixture);
  pool = new FtpPool({ host: "127.0.0.1", port, user: "me", password: "secret" }, { limit: together });
  onTestFinished(async () => {
    process.off("warning", note);
    await pool.close();
    await rm(folder, { recursive: true });
  });
});

async function expectNone(): Promise<void> {
  await turn();
  expect(warnings).toEqual([]);
}

it("trees up and down, and their removal", async () => {
  const { signal } = controller;
  await pool.uploadTree(join(folder, "tree"), "tree", { signal });
  await pool.downloadTree("tree", join(folder, "back"), { signal });
  await pool.removeTree("tree", { signal });
  await expectNone();
});

it("segments", async () => {
  const { signal } = controller;
  await pool.downloadSegmented("large", join(folder, "large"), { segments: together, minSegment: 65_536, signal });
  await expectNone();
});

it("a mirror", async () => {
  const { signal } = controller;
  const storage = new LocalStorage({ root: join(folder, "tree") });
  await mirror(storage, new FtpStorage(pool), { parallel: together, signal });
  await storage.close();
  await expectNone();
});
