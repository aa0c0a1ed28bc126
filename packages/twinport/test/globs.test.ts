import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { expandGlob, globFolderLimit, type Searched } from "../src/remote/glob.ts";
import { expandLocal } from "../src/remote/local-glob.ts";
import { patternOfUrl } from "../src/remote/remote-glob.ts";

/** Folders as a server would list them. */
function searched(folders: Readonly<Record<string, readonly string[]>>): Searched & { readonly listed: string[] } {
  const listed: string[] = [];
  const kindOf = (path: string): "directory" | "file" => (path in folders ? "directory" : "file");
  return {
    listed,
    list: async (folder) => {
      listed.push(folder);
      return folders[folder]?.map((name) => ({ name, kind: kindOf(folder === "" ? name : `${folder}/${name}`) }));
    },
    look: async (path) => {
      const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
      const there = folders[folder]?.includes(path.slice(path.lastIndexOf("/") + 1)) === true;
      return there ? { path, kind: kindOf(path) } : undefined;
    },
  };
}

const tree = {
  "": ["logs", "a.gz"],
  logs: ["2.gz", "1.gz", "x.txt", ".hidden.gz", "old", "new"],
  "logs/old": ["app.log", "y*"],
  "logs/new": ["app.log"],
};

const paths = async (pattern: string): Promise<string[]> =>
  (await expandGlob(pattern, searched(tree))).map(({ path }) => path);

describe("patterns in paths", () => {
  it("match each component by itself, in the order of names", async () => {
    expect(await paths("logs/*.gz")).toEqual(["logs/1.gz", "logs/2.gz"]);
    expect(await paths("*/*/app.log")).toEqual(["logs/new/app.log", "logs/old/app.log"]);
    expect(await paths("*.gz")).toEqual(["a.gz"]);
    expect(await paths("logs/[0-9].g?")).toEqual(["logs/1.gz", "logs/2.gz"]);
    expect(await paths("logs/*/")).toEqual(["logs/new", "logs/old"]);
    expect(await paths("logs/*/y\\*")).toEqual(["logs/old/y*"]);
    expect(await paths("nowhere/*")).toEqual([]);
  });

  it("list only the folders that may hold a match", async () => {
    const server = searched(tree);
    await expandGlob("logs/old/*.log", server);
    expect(server.listed).toEqual(["logs/old"]);
  });

  it("end where they lead into too many folders", async () => {
    const names = Array.from({ length: globFolderLimit + 1 }, (_, index) => `f${index}`);
    const folders = Object.fromEntries(names.map((name) => [name, []]));
    await expect(expandGlob("*/*", searched({ "": names, ...folders }))).rejects.toThrow("folders");
  });

  it("stand unencoded in URLs; what is encoded is meant itself", () => {
    expect(patternOfUrl("ftp://h/logs/*.gz")).toBe("logs/*.gz");
    expect(patternOfUrl("ftp://h/%2Fsrv/a%20b?.gz;type=i")).toBe("/srv/a b?.gz");
    expect(patternOfUrl("ftp://h/%2A%5B1].gz")).toBeUndefined();
    expect(patternOfUrl("ftp://h/%2A*")).toBe("\\**");
    expect(patternOfUrl("ftp://h/plain")).toBeUndefined();
    expect(patternOfUrl("ftp://h")).toBeUndefined();
  });

  it("of this machine name what is there under that very name first", async () => {
    const folder = await mkdtemp(join(tmpdir(), "twinport-glob-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, "sub"));
    for (const name of ["a[1]", "a1", "b"]) await writeFile(join(folder, name), "");
    expect(await expandLocal(join(folder, "a[1]"))).toEqual([join(folder, "a[1]")]);
    expect(await expandLocal(join(folder, "a*"))).toEqual([join(folder, "a1"), join(folder, "a[1]")]);
    expect(await expandLocal(join(folder, "nothing"))).toEqual([join(folder, "nothing")]);
    await expect(expandLocal(join(folder, "z*"))).rejects.toThrow("nothing matches it");
  });
});
