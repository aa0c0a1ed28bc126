import { describe, expect, it } from "vitest";
import { resolveVirtualPath, rootPath, type Storage } from "../../src/storage/index.ts";
import { RawSession } from "./raw-session.ts";
import { putFile, startServer } from "./server-fixture.ts";

async function fill(storage: Storage): Promise<void> {
  for (const folder of ["/dir", "/dir/deep", "/empty"])
    await storage.makeDirectory(resolveVirtualPath(rootPath, folder));
  for (const [path, content] of [
    ["/a.txt", "a"],
    ["/b.txt", "bb"],
    ["/-la", "switch"],
    ["/x[1].txt", "literal"],
    ["/x1.txt", "glob"],
    ["/dir/한국어.txt", "ko"],
    ["/dir/with space", "s"],
    ["/dir/deep/c", "c"],
  ] as const) {
    await putFile(storage, path, content);
  }
}

async function listed(lines: readonly string[]): Promise<string[]> {
  const { port, storage } = await startServer();
  await fill(storage);
  const session = await RawSession.logIn(port);
  const results: string[] = [];
  for (const line of lines) {
    const { bytes, last } = await session.download(line);
    expect(last.code).toBe(226);
    results.push(bytes.toString());
  }
  session.close();
  return results;
}

const names = (text: string): string[] => text.split("\r\n").filter((line) => line !== "");

describe("LIST", () => {
  it("shows a folder as ls -l does, sorted, each line ended by CR LF", async () => {
    const [text = ""] = await listed(["LIST"]);
    expect(text).toMatch(/^(?:[-d][rwx-]{9} +\d+ \S+ +\S+ +\d+ [A-Z][a-z]{2} [ \d]\d \d\d:\d\d [^\r\n]+\r\n){7}$/);
    expect(names(text).map((line) => line.slice(line.lastIndexOf(" ") + 1))).toEqual([
      "-la",
      "a.txt",
      "b.txt",
      "dir",
      "empty",
      "x1.txt",
      "x[1].txt",
    ]);
  });

  it("understands switches and never takes them for names", async () => {
    const [all = "", recursive = "", names1 = "", itself = ""] = await listed([
      "LIST -a dir",
      "LIST -R",
      "LIST -1 dir",
      "LIST -d dir",
    ]);
    expect(names(all)).toHaveLength(3);
    expect(recursive).toContain("./dir/deep:\r\n");
    expect(names(names1)).toEqual(["dir/deep", "dir/with space", "dir/한국어.txt"]);
    expect(names(itself)).toHaveLength(1);
  });

  it("takes a path literally before it takes it as switches or as a pattern", async () => {
    const [bySwitch = "", byGlob = "", pattern = ""] = await listed(["LIST -la", "NLST x[1].txt", "NLST x?.txt"]);
    expect(names(bySwitch)).toEqual([expect.stringMatching(/ -la$/)]);
    expect(names(byGlob)).toEqual(["x[1].txt"]);
    expect(names(pattern)).toEqual(["x1.txt"]);
  });

  it("answers 550 for a path that is not there, and an empty listing for a pattern that matches nothing", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    const data = await session.passive();
    expect(await session.code("LIST nowhere")).toBe(550);
    data.destroy();
    expect((await session.download("LIST *.none")).bytes.length).toBe(0);
    session.close();
  });
});

describe("NLST", () => {
  it("gives names that RETR takes, patterns in any component included", async () => {
    const [root = "", dir = "", glob = "", deep = "", blank = ""] = await listed([
      "NLST",
      "NLST dir",
      "NLST *.txt",
      "NLST */*/c",
      "NLST ",
    ]);
    expect(names(root)).toContain("a.txt");
    expect(names(dir)).toEqual(["dir/deep", "dir/with space", "dir/한국어.txt"]);
    expect(names(glob)).toEqual(["a.txt", "b.txt", "x1.txt", "x[1].txt"]);
    expect(names(deep)).toEqual(["dir/deep/c"]);
    expect(blank).toBe(root);
  });

  it("ends a pattern that explodes within the limit of entries", async () => {
    const { port, storage } = await startServer({ limits: { listingEntries: 50 } });
    await fill(storage);
    const session = await RawSession.logIn(port);
    const data = await session.passive();
    data.resume();
    data.on("error", () => undefined);
    await session.command(`NLST ${"*/..".repeat(0)}${"../*/".repeat(40)}*`);
    expect((await session.reply()).code).toBe(552);
    data.destroy();
    expect(await session.code("NOOP")).toBe(200);
    session.close();
  });
});

describe("MLSD, MLST and STAT", () => {
  it("tell facts, one space before the name, over the right connection", async () => {
    const { port, storage } = await startServer();
    await fill(storage);
    const session = await RawSession.logIn(port);
    const { bytes } = await session.download("MLSD dir");
    expect(names(bytes.toString())).toHaveLength(3);
    expect(bytes.toString()).toMatch(
      /Type=file;Size=1;Modify=\d{14}(?:\.\d{3})?;Unique=[^;]+;Perm=adfrw;UNIX\.mode=0644; with space\r\n/,
    );
    expect((await session.command("MLST dir/with space")).text).toMatch(
      /^250-Listing [^\r\n]+\r\n Type=file;[^ ]+ \/dir\/with space\r\n250 End\r\n$/,
    );
    expect(await session.code("MLST nowhere")).toBe(550);
    const data = await session.passive();
    expect(await session.code("MLSD a.txt")).toBe(501);
    data.destroy();
    const stat = await session.command("STAT dir");
    expect(stat.code).toBe(212);
    expect(stat.text).toContain("with space");
    expect((await session.command("STAT a.txt")).code).toBe(213);
    expect((await session.command("STAT")).code).toBe(211);
    session.close();
  });
});
