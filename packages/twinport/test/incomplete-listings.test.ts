/** Commands that go by listings, against servers that do not list all there is: they do what they can, and say that it is not all. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startTreeServer, type Manner, type Node } from "../../core/test/ftp-client/tree-server.ts";
import { twinport } from "./cli.ts";

const env = { TWINPORT_PASSWORD: "x" };

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "twinport-incomplete-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

const tree = (): Map<string, Node> =>
  new Map<string, Node>([
    ["dir", new Map([["x.txt", "12"]])],
    ["open", new Map([["y.txt", "34"]])],
    ["a.txt", "123"],
  ]);

async function serverOf(manner: Manner): Promise<{ url: string; commands: string[] }> {
  const facts = manner.startsWith("facts:");
  const { port, commands } = await startTreeServer({ tree: tree(), unreadable: new Map([["/dir", manner]]), facts });
  return { url: `ftp://me@127.0.0.1:${port}`, commands };
}

/** One for each thing that may be wrong: a refusal, words, a blank, a line, a name. */
const some: readonly Manner[] = [
  "own line",
  "failed to open",
  "blank",
  "a line that is not understood",
  "a name with a slash",
  "facts: a name with a slash",
];

describe.each(some)("where a directory is told by: %s", (manner) => {
  it("get -r, find, du and cp -r fetch and tell the rest, and end with 1", async () => {
    const { url } = await serverOf(manner);
    const to = join(await folder(), "got");
    expect((await twinport(["get", "-r", "--retries", "0", "-o", to, `${url}/`], { env })).code).toBe(1);
    expect(await readdir(to, { recursive: true })).toEqual(expect.arrayContaining(["a.txt", "open/y.txt"]));
    const found = await twinport(["find", "--retries", "0", `${url}/`], { env });
    expect(found.code).toBe(1);
    expect(found.stdout).toContain("open/y.txt\n");
    expect((await twinport(["du", "--retries", "0", `${url}/`], { env })).code).toBe(1);
    const target = await startTreeServer({ tree: new Map(), unreadable: new Map() });
    const copied = ["cp", "-r", "--relay", "--retries", "0", `${url}/`, `ftp://me@127.0.0.1:${target.port}/copy/`];
    expect((await twinport(copied, { env })).code).toBe(1);
    expect(target.commands).toContain("MKD copy/open");
  });

  it("rm -r removes nothing of it, and mirror --delete nothing at all", async () => {
    const { url, commands } = await serverOf(manner);
    expect((await twinport(["rm", "-r", `${url}/dir`], { env })).code).not.toBe(0);
    expect(commands.filter((line) => /^(?:DELE|RMD)/.test(line))).toEqual([]);
    const to = await folder();
    await mkdir(join(to, "dir"));
    await writeFile(join(to, "dir/ours"), "x");
    await writeFile(join(to, "ours"), "x");
    for (const more of [[], ["--delete-after-failures"]]) {
      const args = ["mirror", "--delete", "--retries", "0", ...more, `${url}/`, to];
      expect((await twinport(args, { env })).code).toBe(1);
      expect(await readdir(to, { recursive: true })).toEqual(expect.arrayContaining(["dir/ours", "ours"]));
    }
  });
});

it("a pattern that leads into such a directory is no success, though what it matched has come", async () => {
  for (const manner of ["own line", "a line that is not understood"] as const) {
    const { url } = await serverOf(manner);
    const to = await folder();
    const got = await twinport(["get", "--retries", "0", "-o", `${to}/`, `${url}/*/*.txt`], { env });
    expect(got.code, got.stderr).toBe(1);
    expect(await readdir(to)).toContain("y.txt");
    expect(await twinport(["cat", `${url}/*/y*.txt`], { env })).toMatchObject({ code: 1, stdout: "34" });
  }
});

it("ls ends with 5 for what is missing and with 6 for what is there, whatever the server says", async () => {
  const refusals = [
    "own line",
    "nothing",
    "error line of the path",
    "unable to read",
    "blank",
    "LIST refused",
  ] as const;
  for (const manner of refusals) {
    const { url } = await serverOf(manner);
    expect(await twinport(["ls", `${url}/nothere`], { env }), manner).toMatchObject({ code: 5, stdout: "" });
    expect(await twinport(["ls", `${url}/dir`], { env }), manner).toMatchObject({ code: 6, stdout: "" });
    expect(await twinport(["ls", `${url}/a.txt`], { env }), manner).toMatchObject({ code: 0, stdout: "a.txt\n" });
  }
});
