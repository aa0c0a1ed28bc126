/** A session in a folder, beside which lies another one with a secret. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { LocalStorage, type LocalStorageOptions } from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { startServer } from "./server-fixture.ts";

/** What a test has of it. */
export interface Jailed {
  readonly root: string;
  readonly outside: string;
  /** In binary. */
  readonly session: RawSession;
}

/** What the two folders hold, and how they are served. */
export interface JailOptions {
  readonly secret: string;
  readonly mine: string;
  readonly storage?: Omit<LocalStorageOptions, "root">;
  readonly server?: Parameters<typeof startServer>[0];
}

/** Starts one for a test; it ends with that. */
export async function startJailed({ secret, mine, storage, server }: JailOptions): Promise<Jailed> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "twinport-jailed-")));
  const [root, outside] = [join(folder, "root"), join(folder, "outside")];
  for (const path of [root, outside]) await mkdir(path);
  await writeFile(join(outside, "secret"), secret);
  await writeFile(join(root, "mine"), mine);
  const served = new LocalStorage({ ...storage, root });
  const { port } = await startServer({ ...server, storage: served });
  const session = await RawSession.logIn(port);
  onTestFinished(async () => {
    session.close();
    await served.close();
    await rm(folder, { recursive: true });
  });
  await session.command("TYPE I");
  return { root, outside, session };
}
