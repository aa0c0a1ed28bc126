/** What the shell does with somebody who answers: questions, passwords, completion. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { complete } from "../../src/shell/completion.ts";
import { promptText } from "../../src/shell/prompt.ts";
import { appendHistory, historyLimit, historyPath, readHistory } from "../../src/shell/history.ts";
import { connected, startServer, startShell, temporaryFolder, type TestServer } from "./shell-fixture.ts";

beforeEach(async () => {
  vi.stubEnv("TWINPORT_PASSWORD", undefined);
  vi.stubEnv("NETRC", "/nonexistent");
  vi.stubEnv("SHELL", "/bin/sh");
  vi.stubEnv("XDG_CONFIG_HOME", await temporaryFolder());
  vi.stubEnv("XDG_STATE_HOME", await temporaryFolder());
});
afterEach(() => {
  vi.unstubAllEnvs();
});

async function server(): Promise<TestServer> {
  const made = await startServer();
  await made.makeFolder("/pub");
  for (const name of ["one.txt", "two.txt", "it's.txt", "my file.txt", ".hidden"]) await made.put(`/pub/${name}`, name);
  return made;
}

describe("questions", () => {
  it("ask who it is and for the password, once for all sessions", async () => {
    const { port } = await server();
    const questions: string[] = [];
    const shell = await startShell(["me", "secret"], questions);
    await shell.ok(`open 127.0.0.1 ${port}; get pub/one.txt & wait`);
    expect(questions).toEqual([expect.stringContaining("Name (127.0.0.1:anonymous"), "Password for me at 127.0.0.1: "]);
    expect(await readdir(shell.folder)).toEqual(["one.txt"]);
  });

  it("ask again after a password that was wrong, and give up at Ctrl-C", async () => {
    const { port } = await server();
    const shell = await startShell(["wrong", "secret", undefined]);
    expect(await shell.run(`open -u me 127.0.0.1 ${port}`)).toBe(4);
    expect(await shell.run("user me")).toBe(0);
    expect(await shell.run("user me")).not.toBe(0);
    expect(await shell.run("pwd")).toBe(2);
  });

  it("ask for arguments that are missing", async () => {
    const questions: string[] = [];
    const shell = await connected(await server(), ["pub/one.txt", "'pub/my file.txt' there", ""], questions);
    await shell.ok("get; get");
    expect(questions).toEqual(["(remote-file) ", "(remote-file) "]);
    expect(await readdir(shell.folder)).toEqual(["one.txt", "there"]);
    expect(await shell.run("get")).toBe(2);
  });

  it("come before each of many files, until the answer is for all or none", async () => {
    const made = await server();
    const questions: string[] = [];
    const shell = await connected(made, ["n", "what", "y", "q"], questions);
    await shell.ok("mget pub/*.txt");
    expect(questions.map((text) => text.split(" [")[0])).toEqual([
      "mget pub/it's.txt",
      "mget pub/my file.txt",
      "mget pub/my file.txt",
      "mget pub/one.txt",
    ]);
    expect(await readdir(shell.folder)).toEqual(["my file.txt"]);
    const all = await connected(made, ["a", "p"]);
    await all.ok("mget pub/*.txt; mdelete pub/*.txt; mput *.txt");
    expect(await readdir(all.folder)).toHaveLength(4);
    expect(await all.ok("set prompt")).toContain("off");
  });

  it("warn of jobs before leaving, once", async () => {
    const made = await server();
    await made.put("/big", Buffer.alloc(100_000));
    const shell = await connected(made, []);
    await shell.ok("throttle get 1k; get big & quit; pwd");
    expect(shell.told()).toContain("Jobs that have not ended: 1");
    expect(await shell.run("quit\npwd")).toBe(0);
    let told = "";
    await vi.waitFor(() => expect((told += shell.told())).toContain("Killed"));
  });
});

describe("a lost connection", () => {
  it("is made again, in the same folder, unless that is not wanted", async () => {
    const shell = await connected(await server());
    await shell.ok("cd pub");
    shell.shell.place.site.client?.destroy();
    expect(await shell.ok("pwd; ls -1 o*")).toBe("/pub\none.txt\n");
    expect(shell.told()).toContain("connecting again");
    shell.shell.place.site.client?.destroy();
    expect(await shell.run("set reconnect off; pwd")).toBe(2);
  });
});

describe("an interruption", () => {
  it("ends the transfer and not the session", async () => {
    const made = await server();
    await made.put("/big", Buffer.alloc(1_000_000));
    const shell = await connected(made, []);
    const running = shell.run("throttle get 100k; get big; pwd");
    await vi.waitFor(async () => {
      const names = await readdir(shell.folder);
      expect(names.length).toBeGreaterThan(0);
    });
    shell.shell.interrupt();
    expect(await running).toBe(130);
    expect(shell.told()).toContain("Interrupted");
    expect(shell.out()).not.toContain("/\n");
    expect(shell.shell.place.site.connected).toBe(true);
    expect(await readdir(shell.folder)).toEqual(["big.part"]);
    await shell.ok("throttle get off; reget big");
    expect(await readdir(shell.folder)).toEqual(["big"]);
  });
});

describe("completion", () => {
  it.each([
    ["mir", ["mirror "], "mir"],
    ["cd pub && ge", ["get "], "ge"],
    ["m", expect.arrayContaining(["mget", "mput", "mirror"]) as string[], "m"],
    ["get p", ["pub/"], "p"],
    ["get pub/o", ["one.txt "], "o"],
    ["get pub/my", ["my\\ file.txt "], "my"],
    ["get pub/my\\ f", ["my\\ file.txt "], "my\\ f"],
    ["get 'pub/my", ["my file.txt' "], "my"],
    ['get "pub/it', ["it's.txt\" "], "it"],
    ["get pub/it", ["it\\'s.txt "], "it"],
    ["get pub/.h", [".hidden "], ".h"],
    ["get pub/", ["it\\'s.txt", "my\\ file.txt", "one.txt", "two.txt"], ""],
    ["cd ", ["pub/"], ""],
    ["cd pub/o", [], "o"],
    ["put h", ["here.txt "], "h"],
    ["put s", ["sub/"], "s"],
    ["lcd ", ["sub/"], ""],
    ["get pub/one.txt > h", ["here.txt "], "h"],
    ["!cat h", ["here.txt "], "h"],
    ["mirror --dr", ["--dry-run "], "--dr"],
    ["set exit", ["exit-on-error "], "exit"],
    ["set mode b", ["block "], "b"],
    ["type e", ["ebcdic "], "e"],
    ["help mput mg", ["mget "], "mg"],
    ["queue get pub/t", ["two.txt "], "t"],
    ["open wo", ["work "], "wo"],
    ["nosuch x", [], "nosuch x"],
    ["get a\\", [], "get a\\"],
  ])("offers for %j", async (line, offers, replaced) => {
    const shell = await connected(await server());
    await writeFile(join(shell.folder, "here.txt"), "");
    await mkdir(join(shell.folder, "sub"));
    await shell.ok("bookmark add work ftp://example.org/");
    expect(await complete(shell.shell, line)).toEqual([offers, replaced]);
  });

  it("asks the server once for a folder, and again after a change", async () => {
    const shell = await connected(await server());
    const lines: string[] = [];
    shell.shell.place.site.client?.on("command", ({ verb }) => lines.push(verb));
    await complete(shell.shell, "get pub/o");
    await complete(shell.shell, "get pub/t");
    expect(lines.filter((verb) => verb === "MLSD")).toHaveLength(1);
    await shell.ok("delete pub/one.txt");
    expect(await complete(shell.shell, "get pub/o")).toEqual([[], "o"]);
  });

  it("offers nothing where there is no server, and no names that would move the cursor", async () => {
    const shell = await startShell();
    expect((await complete(shell.shell, "get x"))[0]).toEqual([]);
    const made = await startServer();
    await made.put("/bad\u001b[2J", "");
    await made.put("/bold", "");
    const other = await connected(made);
    expect(await complete(other.shell, "get b")).toEqual([["bold "], "b"]);
  });
});

describe("the prompt", () => {
  it("shows where one is", async () => {
    const shell = await startShell();
    expect(promptText(shell.shell.place)).toBe("twinport> ");
    const there = await connected(await server());
    await there.ok("cd pub");
    expect(promptText(there.shell.place)).toBe("me@127.0.0.1:/pub> ");
    await there.ok("set prompt-text '%h %c %%> '");
    expect(promptText(there.shell.place)).toBe("127.0.0.1 /pub %> ");
  });

  it("shows the end of a long folder, and nothing that would move the cursor", async () => {
    const made = await startServer();
    const there = await connected(made);
    await there.ok(`mkdir -p '${"long/".repeat(20)}\u001b]0;x'; cd '${"long/".repeat(20)}\u001b]0;x'`);
    const text = promptText(there.shell.place);
    expect(text.length).toBeLessThan(80);
    expect(text).toContain("…");
    expect(text).not.toContain("\u001b");
  });
});

describe("the history file", () => {
  it("is for nobody else, and does not grow for ever", async () => {
    const path = historyPath();
    for (const line of ["get a", "get b"]) await appendHistory(path, line);
    expect(await readHistory(path)).toEqual(["get a", "get b"]);
    await writeFile(path, Array.from({ length: 3 * historyLimit }, (_, index) => `get ${index}\n`).join(""));
    expect(await readHistory(path)).toHaveLength(historyLimit);
    expect((await readHistory(path)).at(-1)).toBe(`get ${3 * historyLimit - 1}`);
    expect(await readHistory("/nonexistent/history")).toEqual([]);
  });
});
