/** Disks that permit less: they refuse modes, owners, times and hard links, as FAT, NTFS and CIFS mounts do. */
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync } from "node:fs";
import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { InlinePace } from "../../src/bytes/index.ts";
import { at, breakOff, namesOf, put, textOf } from "../../src/storage/conformance/conformance-case.ts";
import { LocalStorage, storageConformance, StorageError, type StorageNotice } from "../../src/storage/index.ts";
import { SystemCalls } from "../../src/storage/local/system-calls.ts";
import { withLocalFolder } from "./local-folder.ts";

const refuse = (code: string): Promise<never> =>
  Promise.reject(Object.assign(new Error(`${code}: operation not permitted`), { code }));

/** A system whose file system refuses favours by one code. */
class PoorDisk extends SystemCalls {
  links = 0;
  readonly #code: string;

  constructor(code: string) {
    super(new InlinePace());
    this.#code = code;
  }

  override fchmod(): Promise<void> {
    return refuse(this.#code);
  }

  override fchown(): Promise<void> {
    return refuse(this.#code);
  }

  override futimes(): Promise<void> {
    return refuse(this.#code);
  }

  override link(): Promise<void> {
    this.links++;
    return refuse(this.#code);
  }
}

describe.each(["EPERM", "EOPNOTSUPP", "ENOSYS", "EINVAL"])("a disk that answers %s", (code) => {
  it("takes every upload, and says once what it is without", () =>
    withLocalFolder(async ({ root }) => {
      const notices: StorageNotice[] = [];
      const calls = new PoorDisk(code);
      const storage = new LocalStorage({ root, onNotice: (notice) => notices.push(notice) }, calls);
      const anna = { uploader: "anna" };
      for (let round = 0; round < 2; round++) {
        await put(storage, "/file", "first", { permissions: 0o666 });
        await put(storage, "/file", "second", { modified: 0 });
        await put(storage, "/file", "+", { mode: "append" });
        await put(storage, "/file", "X", { mode: "at", offset: 2 });
        expect(await textOf(storage, "/file")).toBe("seX");
        await breakOff(storage, "/file", "half", anna);
        await put(storage, "/file", "+rest", { ...anna, mode: "at", offset: 4 });
        expect(await textOf(storage, "/file")).toBe("half+rest");
        await put(storage, `/new${round}`, "unique", { mode: "create" });
        await storage.rename(at(`/new${round}`), at(`/renamed${round}`), { replace: false });
        expect(await textOf(storage, `/renamed${round}`)).toBe("unique");
        await storage.makeDirectory(at(`/made${round}`), { permissions: 0o777 });
      }
      expect(notices.map(({ kind }) => kind).sort()).toEqual(["hard-links", "mode", "times"]);
      expect(notices.every((notice) => notice.code === code)).toBe(true);
      // What is refused once is not tried each time.
      expect(calls.links).toBe(1);
      await storage.close();
    }));

  it("refuses what is asked for by name", () =>
    withLocalFolder(async ({ root }) => {
      const storage = new LocalStorage({ root }, new PoorDisk(code));
      await put(storage, "/file", "x");
      await expect(storage.changeMode(at("/file"), 0o600)).rejects.toBeInstanceOf(StorageError);
      await expect(storage.setTimes(at("/file"), { modified: 0 })).rejects.toBeInstanceOf(StorageError);
      await storage.close();
    }));

  it("lets one of many win who create one file, in two storages of one directory", () =>
    withLocalFolder(async ({ root }) => {
      const storages = [0, 1].map(() => new LocalStorage({ root }, new PoorDisk(code)));
      for (let round = 0; round < 20; round++) {
        const results = await Promise.allSettled(
          Array.from({ length: 8 }, async (_, index) => {
            const storage = storages[index % 2];
            if (storage !== undefined) await put(storage, `/file${round}`, `number ${index}`, { mode: "create" });
            return index;
          }),
        );
        const winners = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
        expect(winners).toHaveLength(1);
        expect(await readFile(join(root, `file${round}`), "utf8")).toBe(`number ${winners[0]}`);
      }
      expect((await readdir(root)).filter((name) => name.endsWith(".part"))).toEqual([]);
      for (const storage of storages) await storage.close();
    }));
});

describe("a disk that refuses modes, owners, times and links", () => {
  /** What cannot be without them. */
  const leftOut = /time|permission bits/;
  const cases = storageConformance().filter(({ name }) => !leftOut.test(name));
  it.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) =>
    withLocalFolder(async ({ root }) => {
      const storage = new LocalStorage({ root }, new PoorDisk("EPERM"));
      await one.run(storage);
      await storage.close();
    }),
  );
});

const isRoot = process.geteuid?.() === 0;

describe.runIf(isRoot)("a file that is replaced by a server that runs as root", () => {
  it("keeps owner, group and permission bits, by every way of writing", () =>
    withLocalFolder(async ({ root, storage }) => {
      const path = join(root, "file");
      await writeFile(path, "0123456789");
      await chown(path, 1234, 4321);
      await chmod(path, 0o640);
      const expected = { uid: 1234, gid: 4321, mode: 0o100640 };
      await put(storage, "/file", "replaced by this");
      expect(await stat(path)).toMatchObject(expected);
      await put(storage, "/file", "within", { mode: "at", offset: 3 });
      expect(await stat(path)).toMatchObject(expected);
      await put(storage, "/file", "+", { mode: "append" });
      expect(await stat(path)).toMatchObject(expected);
      await breakOff(storage, "/file", "half", { uploader: "anna" });
      await put(storage, "/file", "+rest", { uploader: "anna", mode: "at", offset: 4 });
      expect(await textOf(storage, "/file")).toBe("half+rest");
      expect(await stat(path)).toMatchObject(expected);
    }));

  it("has the group of its directory where that is set-gid", () =>
    withLocalFolder(async ({ root, storage }) => {
      await mkdir(join(root, "shared"));
      chownSync(join(root, "shared"), 0, 4321);
      chmodSync(join(root, "shared"), 0o2775);
      await put(storage, "/shared/new", "x");
      expect((await stat(join(root, "shared/new"))).gid).toBe(4321);
      await put(storage, "/shared/new", "y");
      expect((await stat(join(root, "shared/new"))).gid).toBe(4321);
      expect(await namesOf(storage, "/shared")).toEqual(["new"]);
    }));
});

/** Runs steps on a directory as another user. Gives what each said. */
function asNobody(root: string, steps: readonly (readonly string[])[]): readonly string[] {
  const script = fileURLToPath(new URL("nobody.js", import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [script, root, JSON.stringify(steps)], { encoding: "utf8" });
  if (stderr !== "") throw new Error(stderr);
  return JSON.parse(stdout) as readonly string[];
}

const nobody = 65534;

describe.runIf(isRoot)("a file that may be written in a directory that may not (by another user than root)", () => {
  it("is written in place by STOR, APPE and REST", () =>
    withLocalFolder(async ({ root }) => {
      await chmod(join(root, ".."), 0o755);
      await writeFile(join(root, "mine"), "0123456789");
      await chown(join(root, "mine"), nobody, nobody);
      await writeFile(join(root, "foreign"), "foreign");
      const said = asNobody(root, [
        ["put", "/mine", "replaced"],
        ["append", "/mine", "+"],
        ["at", "/mine", "X", "3"],
        ["put", "/foreign", "x"],
        ["append", "/foreign", "x"],
        ["put", "/new", "x"],
      ]);
      expect(said).toEqual(["8", "9", "4", "permission-denied", "permission-denied", "permission-denied"]);
      expect(await readFile(join(root, "mine"), "utf8")).toBe("repX");
      expect(await readFile(join(root, "foreign"), "utf8")).toBe("foreign");
    }));

  it("is refused before the data, or written in place, in a sticky directory", () =>
    withLocalFolder(async ({ root }) => {
      await chmod(join(root, ".."), 0o755);
      await chmod(root, 0o1777);
      for (const [name, mode] of [
        ["open", 0o666],
        ["closed", 0o644],
      ] as const) {
        await writeFile(join(root, name), "0123456789");
        await chmod(join(root, name), mode);
      }
      const said = asNobody(root, [
        ["put", "/open", "replaced"],
        ["at", "/open", "X", "3"],
        ["append", "/open", "+"],
        ["put", "/closed", "x"],
        ["at", "/closed", "x", "3"],
        ["put", "/own", "own"],
        ["put", "/own", "own again"],
      ]);
      expect(said).toEqual(["8", "4", "5", "permission-denied", "permission-denied", "3", "9"]);
      expect(await readFile(join(root, "open"), "utf8")).toBe("repX+");
      expect(await readFile(join(root, "closed"), "utf8")).toBe("0123456789");
      expect((await stat(join(root, "open"))).uid).toBe(0);
      expect((await readdir(root)).filter((name) => name.endsWith(".part"))).toEqual([]);
    }));
});
