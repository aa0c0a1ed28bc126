/** A temporary folder with a root in it and something outside of that root, for tests of `LocalStorage`. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalStorage, type LocalStorageOptions } from "../../src/storage/index.ts";

/** What a test works with. */
export interface LocalFolder {
  /** The storage's root on the host. */
  readonly root: string;
  /** A folder beside it that holds `secret`. */
  readonly outside: string;
  readonly storage: LocalStorage;
}

/** Runs with a fresh folder and removes it afterwards. */
export async function withLocalFolder(
  run: (folder: LocalFolder) => Promise<void>,
  options: Omit<LocalStorageOptions, "root"> = {},
): Promise<void> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "twinport-local-")));
  const root = join(folder, "root");
  const outside = join(folder, "outside");
  await mkdir(root);
  await mkdir(outside);
  await writeFile(join(outside, "secret"), "secret");
  const storage = new LocalStorage({ root, ...options });
  try {
    await run({ root, outside, storage });
  } finally {
    await storage.close();
    await rm(folder, { recursive: true });
  }
}
