/** Every command, against a real server: a scenario for each name of the table. */
import { mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryStorage } from "@twinport/core/storage";
import { usageOf } from "../../src/shell/command.ts";
import { helpText } from "../../src/shell/commands/help.ts";
import { allCommands, commandNames, findCommand } from "../../src/shell/commands/table.ts";
import { connected, startServer, temporaryFolder, type TestServer, type TestShell } from "./shell-fixture.ts";

/** What people know from other clients, and what lftp has. */
const known =
  `! ? account append ascii bell binary bye case cd cdup chmod close cr debug delete dir disconnect edit exit
features form ftp get glob hash help idle image lcd lls lpwd lmkdir ls macdef mdelete mdir mget mkdir mls mlsd mlst mode
modtime more mput newer nlist nmap ntrans open page passive preserve progress prompt proxy put pwd quit quote recv reget
remopts rename reset restart rhelp rmdir rstatus runique send sendport set site size status struct sunique syst system
tenex throttle trace type umask unset usage user verbose mirror pget queue jobs wait kill find du cat bookmark alias
source`.split(/\s+/);

interface Given {
  readonly server: TestServer;
  readonly shell: TestShell;
  readonly local: (name: string) => string;
}

/** The commands that the server was sent since. */
function sent({ shell }: TestShell): string[] {
  const lines: string[] = [];
  shell.place.site.client?.on("command", ({ verb, argument }) =>
    lines.push(argument === undefined ? verb : `${verb} ${argument}`),
  );
  return lines;
}

const setting =
  (line: string, name: string, value: string) =>
  async ({ shell }: Given): Promise<void> => {
    await shell.ok(line);
    expect(await shell.ok(`set ${name}`)).toContain(value);
  };
const turns =
  (name: string) =>
  async ({ shell }: Given): Promise<void> => {
    const before = (await shell.ok(`set ${name}`)).includes(" on");
    await shell.ok(name);
    expect((await shell.ok(`set ${name}`)).includes(" on")).toBe(!before);
    await shell.ok(`${name} on`);
    expect(await shell.ok(`set ${name}`)).toMatch(/ on$/m);
    expect(await shell.run(`${name} perhaps`)).toBe(2);
  };
const closes =
  (name: string) =>
  async ({ shell }: Given): Promise<void> => {
    await shell.ok(name);
    expect(shell.shell.place.site.connected).toBe(false);
    expect(await shell.run(name)).toBe(2);
  };
const leaves =
  (name: string) =>
  async ({ shell }: Given): Promise<void> => {
    expect(await shell.run(`${name} 5\npwd`)).toBe(5);
    expect(shell.out()).toBe("");
    expect(await shell.run(name)).toBe(0);
  };
const opens =
  (name: string) =>
  async ({ shell, server }: Given): Promise<void> => {
    await shell.ok(`close; ${name} -u me,secret 127.0.0.1 ${server.port}`);
    expect(shell.told()).toContain("Connected to 127.0.0.1 as me, in clear");
    expect(await shell.ok("pwd")).toBe("/\n");
    expect(await shell.run(`${name} -u me,wrong 127.0.0.1 ${server.port}`)).toBe(4);
  };
const gets =
  (name: string) =>
  async ({ shell, local, server }: Given): Promise<void> => {
    await shell.ok(`${name} pub/one.txt; ${name} pub/one.txt 'a b'; ${name} pub/one.txt sub/`.replace("sub/", "sub"));
    for (const file of ["one.txt", "a b", "sub/one.txt"]) expect(await readFile(local(file), "utf8")).toBe("one\n");
    expect(await shell.ok(`${name} pub/one.txt -`)).toBe("one\n");
    await shell.ok(`${name} pub/one.txt '|cat > piped'`);
    expect(await readFile(local("piped"), "utf8")).toBe("one\n");
    await writeFile(local("part"), "on");
    await shell.ok(`${name} -c pub/one.txt part`);
    expect(await readFile(local("part"), "utf8")).toBe("one\n");
    expect(await shell.run(`${name} missing`)).toBe(5);
    await server.put("/..", "x").catch(() => undefined);
    expect(await shell.run(`${name} pub/..`)).toBe(2);
  };
const puts =
  (name: string) =>
  async ({ shell, server }: Given): Promise<void> => {
    await shell.ok(`${name} here.txt; ${name} here.txt b.txt; ${name} here.txt pub/`);
    for (const path of ["/here.txt", "/b.txt", "/pub/here.txt"]) expect(await server.read(path)).toBe("here\n");
    await server.put("/part", "he");
    await shell.ok(`${name} -c here.txt part`);
    expect(await server.read("/part")).toBe("here\n");
    expect(await shell.run(`${name} missing`)).toBe(9);
    expect(await shell.run(`${name} sub`)).toBe(9);
  };
const lists =
  (name: string) =>
  async ({ shell, local }: Given): Promise<void> => {
    expect(await shell.ok(`${name} pub`)).toMatch(/^-\S* +.* 4 +\w{3} [ \d]\d \d\d:\d\d +one\.txt\n.*two\.txt\n$/);
    expect(await shell.ok(`${name} -1 pub`)).toBe("one.txt\ntwo.txt\n");
    expect(await shell.ok(`${name} -C`)).toBe("NOTES.TXT  a b.txt    pub/\n");
    expect(await shell.ok(`${name} -1r pub`)).toBe("two.txt\none.txt\n");
    expect(await shell.ok(`${name} -1 pub/t*`)).toBe("pub/two.txt\n");
    expect(await shell.ok(`${name} -1 pub > list; ${name} -1 >> list; !cat list`)).toBe("");
    expect(await readFile(local("list"), "utf8")).toBe("one.txt\ntwo.txt\nNOTES.TXT\na b.txt\npub\n");
    await shell.ok(`${name} -1 pub | sort -r > sorted`);
    expect(await readFile(local("sorted"), "utf8")).toBe("two.txt\none.txt\n");
    expect(await shell.run(`${name} -z`)).toBe(2);
    expect(await shell.run(`${name} missing`)).not.toBe(0);
  };
const listsMany =
  (name: string) =>
  async ({ shell, local }: Given): Promise<void> => {
    await shell.ok(`${name} -1 pub . listing`);
    expect(await readFile(local("listing"), "utf8")).toBe("pub:\none.txt\ntwo.txt\n\n.:\nNOTES.TXT\na b.txt\npub\n");
    expect(await shell.ok(`${name} -1 pub -`)).toBe("one.txt\ntwo.txt\n");
  };
const shows =
  (name: string) =>
  async ({ shell }: Given): Promise<void> => {
    expect(await shell.ok(`${name} pub/one.txt pub/two.txt`)).toBe("one\ntwo\n");
    expect(await shell.run(`${name} missing`)).toBe(5);
  };
const removes =
  (name: string) =>
  async ({ shell, server }: Given): Promise<void> => {
    await shell.ok(`${name} pub/one.txt NOTES.TXT`);
    expect(await server.paths()).toEqual(["/a b.txt", "/pub/", "/pub/two.txt"]);
    expect(await shell.run(`${name} pub`)).not.toBe(0);
    await shell.ok(`${name} -r pub`);
    expect(await server.paths()).toEqual(["/a b.txt"]);
  };
const renames =
  (name: string) =>
  async ({ shell, server }: Given): Promise<void> => {
    await shell.ok(`${name} 'a b.txt' pub/; ${name} NOTES.TXT n`);
    expect(await server.paths()).toEqual(["/n", "/pub/", "/pub/a b.txt", "/pub/one.txt", "/pub/two.txt"]);
  };
const asksServer =
  (line: string, reply: RegExp) =>
  async ({ shell }: Given): Promise<void> => {
    expect(await shell.ok(line)).toMatch(reply);
  };

const scenarios: Record<string, (given: Given) => Promise<void>> = {
  "!": async ({ shell, local }) => {
    await shell.ok("!echo 'x;y' > made && true");
    expect(await readFile(local("made"), "utf8")).toBe("x;y\n");
    expect(await shell.run("!exit 3")).toBe(3);
  },
  $: async ({ shell, server }) => {
    await shell.ok("macdef both\nmkdir $1\nmkdir $2\n\n$both x y; $ both z w");
    expect((await server.paths()).filter((path) => /\/[w-z]\/$/.test(path))).toHaveLength(4);
    expect(await shell.run("$nothing")).toBe(2);
  },
  "?": async ({ shell }) => expect(await shell.ok("? get")).toContain("Usage: get"),
  account: async ({ shell }) => {
    const lines = sent(shell);
    await shell.run("account guest");
    expect(lines).toEqual(["ACCT ***"]);
  },
  alias: async ({ shell }) => {
    await shell.ok("alias names 'ls -1'; alias p names");
    expect(await shell.ok("p pub")).toBe("one.txt\ntwo.txt\n");
    expect(await shell.ok("alias")).toBe("alias names 'ls -1'\nalias p 'names'\n");
    await shell.ok("alias ls 'ls -1'");
    expect(await shell.ok("ls pub")).toBe("one.txt\ntwo.txt\n");
    await shell.ok("alias p");
    expect(await shell.run("p pub")).toBe(2);
  },
  append: async ({ shell, server }) => {
    await shell.ok("append here.txt pub/one.txt");
    expect(await server.read("/pub/one.txt")).toBe("one\nhere\n");
  },
  ascii: setting("ascii", "type", "ascii"),
  bell: turns("bell"),
  binary: setting("ascii; binary", "type", "binary"),
  bookmark: async ({ shell, server }) => {
    await shell.ok("cd pub; bookmark add there; bookmark add other ftp://you:pw@example.org/x");
    const list = await shell.ok("bookmark");
    expect(list).toContain(`there           ftp://me@127.0.0.1:${server.port}/%2Fpub`);
    expect(list).toContain("other           ftp://you@example.org/x");
    expect(list).not.toContain("pw");
    await shell.ok("close; open -u me,secret there");
    expect(await shell.ok("pwd")).toBe("/pub\n");
    await shell.ok("bookmark delete other");
    expect(await shell.run("bookmark delete other")).toBe(2);
  },
  bye: leaves("bye"),
  case: async (given) => {
    await turns("case")(given);
    await given.shell.ok("get NOTES.TXT");
    expect(await readdir(given.local("."))).toContain("notes.txt");
  },
  cat: shows("cat"),
  cd: async ({ shell }) => {
    expect(await shell.ok("cd pub; pwd; cd -; pwd; cd pub; cd; pwd")).toBe("/pub\n/\n/\n");
    expect(await shell.run("cd missing")).not.toBe(0);
  },
  cdup: async ({ shell }) => expect(await shell.ok("cd pub; cdup; pwd")).toBe("/\n"),
  chmod: async ({ shell }) => {
    const lines = sent(shell);
    await shell.run("chmod 640 pub/one.txt 'a b.txt'");
    expect(lines[0]).toBe("SITE CHMOD 640 pub/one.txt");
    expect(await shell.run("chmod u+x NOTES.TXT")).toBe(2);
  },
  close: closes("close"),
  cr: async (given) => {
    await turns("cr")(given);
    await given.shell.ok("ascii; cr on; get pub/one.txt stripped; cr off; get pub/one.txt kept");
    expect(await readFile(given.local("stripped"), "latin1")).toBe("one\n");
    expect(await readFile(given.local("kept"), "latin1")).toBe("one\r\n");
  },
  debug: async (given) => {
    await turns("debug")(given);
    given.shell.told();
    await given.shell.ok("pwd");
    expect(given.shell.told()).toContain("---> PWD");
  },
  delete: removes("delete"),
  dir: lists("dir"),
  disconnect: closes("disconnect"),
  du: async ({ shell, server }) => {
    expect(await shell.ok("du")).toBe("           8  ./pub\n          17  .\n");
    expect(await shell.ok("du -sh pub")).toBe("         8 B  pub\n");
    await server.makeFolder("/pub/deep");
    await server.put("/pub/deep/x", "12345");
    await server.makeFolder("/pub/last");
    const folders = ["           5  ./pub/deep", "           0  ./pub/last", "          13  ./pub", "          22  ."];
    expect(await shell.ok("du")).toBe(`${folders.join("\n")}\n`);
  },
  echo: async ({ shell }) => expect(await shell.ok("echo 'a  b' c")).toBe("a  b c\n"),
  edit: async ({ shell, server, local }) => {
    await writeFile(local("editor"), '#!/bin/sh\necho changed >> "$1"\n', { mode: 0o755 });
    vi.stubEnv("VISUAL", local("editor"));
    expect(await shell.run("edit pub/one.txt")).toBe(2);
    const asked = await connected(server, []);
    await asked.ok("edit pub/one.txt");
    expect(await server.read("/pub/one.txt")).toBe("one\nchanged\n");
    await asked.ok("edit new.txt");
    expect(await server.read("/new.txt")).toBe("changed\n");
    vi.stubEnv("VISUAL", "true");
    await asked.ok("edit pub/one.txt");
    expect(asked.told()).toContain("It was not changed");
    vi.stubEnv("VISUAL", "false");
    expect(await asked.run("edit pub/one.txt")).toBe(2);
    await shell.ok("edit off");
    expect(await shell.ok("set editing")).toContain("off");
  },
  exit: leaves("exit"),
  features: asksServer("features", /^MLST /m),
  find: async ({ shell }) => {
    expect(await shell.ok("find")).toBe("./\n./NOTES.TXT\n./a b.txt\n./pub/\n./pub/one.txt\n./pub/two.txt\n");
    expect(await shell.ok("find pub -n o*")).toBe("pub/one.txt\n");
    expect(await shell.ok("find -t d")).toBe("./\n./pub/\n");
    expect(await shell.ok("find -d 1 -t f")).toBe("./NOTES.TXT\n./a b.txt\n");
    expect(await shell.run("find -t x")).toBe(2);
  },
  form: async ({ shell }) => {
    const lines = sent(shell);
    await shell.ok("form telnet; ascii; form c");
    expect(lines).toEqual(["TYPE A T", "TYPE A C"]);
    expect(await shell.ok("form")).toBe("form is carriage-control\n");
    expect(await shell.run("form x")).toBe(2);
  },
  ftp: opens("ftp"),
  get: gets("get"),
  glob: async (given) => {
    await turns("glob")(given);
    expect(await given.shell.run("glob off; mget pub/*.txt")).toBe(5);
  },
  hash: async ({ shell }) => {
    await shell.ok("hash 64k");
    expect(await shell.ok("set hash")).toMatch(/on/);
    expect(await shell.ok("set hash-size")).toContain("65536");
    await shell.ok("hash off");
    expect(await shell.ok("set hash")).toMatch(/off/);
    expect(await shell.run("hash x")).toBe(2);
  },
  help: async ({ shell }) => {
    expect(await shell.ok("help")).toMatch(/\bmirror\b/);
    expect(await shell.ok("help get put")).toMatch(/Usage: get[^]*Usage: put/);
  },
  idle: asksServer("idle 100; idle", /^200 .*\b100\b/m),
  image: setting("ascii; image", "type", "binary"),
  jobs: async ({ shell }) => {
    await shell.ok("throttle get 1k; get big copy &");
    await vi.waitFor(async () => expect(await shell.ok("jobs")).toMatch(/^\[1\] running: get big copy$/m));
    await shell.ok("kill all; wait");
    expect(await shell.ok("jobs")).toBe("");
  },
  kill: async ({ shell }) => {
    await shell.ok("throttle get 1k; get big copy &");
    await shell.ok("kill 1; wait");
    expect(shell.told()).toContain("[1] Killed: get big copy");
    expect(await shell.run("kill 1")).toBe(2);
    expect(await shell.ok("pwd")).toBe("/\n");
  },
  lcd: async ({ shell, local }) => {
    expect(await shell.ok("lcd sub; lpwd")).toBe(`${local("sub")}\n`);
    await shell.ok("get ../pub/one.txt");
    expect(await readdir(local("sub"))).toEqual(["one.txt"]);
    expect(await shell.run("lcd missing")).toBe(9);
  },
  lls: async ({ shell }) => {
    expect(await shell.ok("lls -1")).toBe("big.local\nhere.txt\nsub\n");
    expect(await shell.ok("lls here.txt")).toMatch(/^-rw\S+ +5 .* here\.txt\n$/);
  },
  lmkdir: async ({ shell, local }) => {
    await shell.ok("lmkdir -p x/y");
    expect((await stat(local("x/y"))).isDirectory()).toBe(true);
  },
  lpwd: async ({ shell, local }) => expect(await shell.ok("lpwd")).toBe(`${local(".")}\n`),
  ls: lists("ls"),
  macdef: async ({ shell, server }) => {
    await shell.ok("macdef each\nmkdir d-$i\n\n$each a b");
    expect(await server.paths()).toEqual(expect.arrayContaining(["/d-a/", "/d-b/"]));
    await shell.ok("macdef loop\n$loop\n");
    expect(await shell.run("$loop")).toBe(2);
  },
  mdelete: async ({ shell, server }) => {
    await shell.ok("mdelete pub/*.txt NOTES*");
    expect(await server.paths()).toEqual(["/a b.txt", "/pub/"]);
    expect(await shell.run("mdelete none*")).toBe(2);
  },
  mdir: listsMany("mdir"),
  mget: async ({ shell, local }) => {
    await shell.ok("mget pub/{one,two}.txt N*");
    expect(await readdir(local("."))).toEqual(expect.arrayContaining(["NOTES.TXT", "one.txt", "two.txt"]));
    await shell.run("mget pub");
    expect(await shell.run("mget none*")).toBe(2);
    expect(await shell.run("mget pub/one.txt missing.txt")).toBe(1);
    expect(shell.told()).toContain("1 of 2 failed");
  },
  mirror: async ({ shell, server, local }) => {
    await shell.ok("mirror pub");
    expect(await readdir(local("pub"))).toEqual(["one.txt", "two.txt"]);
    await writeFile(local("pub/three.txt"), "three\n");
    expect(await shell.ok("mirror -R -e --dry-run pub")).toBe("copy three.txt (missing, 6 B)\n");
    await shell.ok("mirror -R pub; mirror -R pub up/");
    expect((await server.paths()).filter((path) => path.endsWith("three.txt"))).toEqual([
      "/pub/three.txt",
      "/up/pub/three.txt",
    ]);
    expect(shell.told()).toContain("Copied 1 file, 6 B; 2 unchanged");
    await shell.ok("delete pub/one.txt; mirror -e pub");
    expect(await readdir(local("pub"))).toEqual(["three.txt", "two.txt"]);
    await shell.ok("mirror -X *three* pub other; throttle all 1M; mirror pub slow");
    expect(await readdir(local("other"))).toEqual(["two.txt"]);
    expect(await readdir(local("slow"))).toHaveLength(2);
    expect(await shell.run("mirror --only what pub")).toBe(2);
    expect(await shell.run("mirror -R missing")).toBe(9);
  },
  mkdir: async ({ shell, server }) => {
    await shell.ok("mkdir x y; mkdir -p a/b");
    expect(await server.paths()).toEqual(expect.arrayContaining(["/a/b/", "/x/", "/y/"]));
  },
  mls: listsMany("mls"),
  mlsd: asksServer("mlsd pub", /type=file;.*size=4;.* one\.txt$/im),
  mlst: asksServer("mlst pub/one.txt", /type=file;.*size=4;.*one\.txt$/im),
  mode: async ({ shell, server }) => {
    const lines = sent(shell);
    await shell.ok(
      "mode block; put here.txt b; mode c; put here.txt c; mode deflate; put here.txt z; get z back; mode s",
    );
    expect(lines.filter((line) => line.startsWith("MODE"))).toEqual(
      expect.arrayContaining(["MODE B", "MODE C", "MODE Z", "MODE S"]),
    );
    for (const path of ["/b", "/c", "/z"]) expect(await server.read(path)).toBe("here\n");
    expect(await shell.ok("mode")).toBe("mode is stream\n");
    expect(await shell.run("mode x")).toBe(2);
  },
  modtime: asksServer("modtime pub/one.txt", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\n$/),
  more: shows("more"),
  mput: async ({ shell, server }) => {
    await shell.ok("mput *.txt s*");
    expect(await server.paths()).toEqual([
      "/NOTES.TXT",
      "/a b.txt",
      "/big",
      "/here.txt",
      "/pub/",
      "/pub/one.txt",
      "/pub/two.txt",
    ]);
    expect(shell.told()).toContain("sub is a folder");
    expect(await shell.run("mput none*")).toBe(9);
  },
  mv: renames("mv"),
  newer: async ({ shell, local }) => {
    await shell.ok("newer pub/one.txt");
    await writeFile(local("one.txt"), "mine");
    await utimes(local("one.txt"), new Date(), new Date(Date.now() + 60_000));
    await shell.ok("newer pub/one.txt");
    expect(await readFile(local("one.txt"), "utf8")).toBe("mine");
    await utimes(local("one.txt"), 1, 1);
    await shell.ok("newer pub/one.txt");
    expect(await readFile(local("one.txt"), "utf8")).toBe("one\n");
  },
  nlist: async ({ shell }) =>
    expect((await shell.ok("nlist pub")).split("\n").sort()).toEqual(["", "one.txt", "two.txt"]),
  nmap: async ({ shell, local }) => {
    await shell.ok("nmap '$1.txt' '$1.text'; get pub/one.txt; mput here.txt; nmap; get pub/two.txt");
    expect(await readdir(local("."))).toEqual(expect.arrayContaining(["one.text", "two.txt"]));
    expect(await shell.ok("ls -1")).toContain("here.text");
    expect(await shell.run("nmap a")).toBe(2);
  },
  ntrans: async ({ shell, local }) => {
    await shell.ok("ntrans ' ' _; get 'a b.txt'; ntrans; get 'a b.txt'");
    expect(await readdir(local("."))).toEqual(expect.arrayContaining(["a b.txt", "a_b.txt"]));
  },
  open: opens("open"),
  page: shows("page"),
  passive: async (given) => {
    await turns("passive")(given);
    const lines = sent(given.shell);
    await given.shell.ok("passive off; ls; passive on; ls");
    expect(lines.filter((line) => /^(?:PORT|EPSV)/.test(line)).map((line) => line.slice(0, 4))).toEqual([
      "PORT",
      "EPSV",
    ]);
  },
  pget: async ({ shell, local }) => {
    await shell.ok("pget -n 3 big; pget big sub/again");
    expect((await stat(local("big"))).size).toBe(100_000);
    expect(await readFile(local("big"))).toEqual(await readFile(local("sub/again")));
    expect(await shell.run("pget -n 0 big")).toBe(2);
    expect(await shell.run("pget missing")).toBe(5);
  },
  preserve: async (given) => {
    await turns("preserve")(given);
    const { shell, local } = given;
    await utimes(local("here.txt"), 1_000_000_000, 1_000_000_000);
    await shell.ok("put here.txt; get here.txt back; preserve off; get here.txt now");
    expect((await stat(local("back"))).mtimeMs).toBe(1_000_000_000_000);
    expect((await stat(local("now"))).mtimeMs).toBeGreaterThan(1_000_000_000_000);
  },
  progress: turns("progress"),
  prompt: turns("prompt"),
  proxy: async ({ shell, server }) => {
    const other = await startServer({ account: { allowForeignData: true } });
    await other.put("/there.txt", "there\n");
    await other.put("/one.txt", "before\n");
    expect(await shell.run("proxy ls")).toBe(2);
    await shell.ok(`proxy open ${other.url}; proxy mkdir in`);
    // The first server lets nobody else in: through here.
    await shell.ok("proxy get pub/one.txt in/; proxy append there.txt pub/two.txt; proxy put there.txt");
    expect(await other.read("/in/one.txt")).toBe("one\n");
    expect(await server.read("/pub/two.txt")).toBe("two\nthere\n");
    expect(await server.read("/there.txt")).toBe("there\n");
    await shell.ok("proxy mget pub/*.txt; proxy mput in/*");
    expect(await other.read("/two.txt")).toBe("two\nthere\n");
    expect(await server.read("/one.txt")).toBe("one\n");
    expect(await shell.ok("proxy ?; proxy pwd")).toMatch(/^account append.*\n\/\n$/);
    expect(await shell.run("proxy lcd")).toBe(2);
    expect(await shell.run("proxy proxy pwd")).toBe(2);
    await shell.ok("proxy close");
    expect(await shell.ok("pwd")).toBe("/\n");
  },
  put: puts("put"),
  pwd: async ({ shell }) => expect(await shell.ok("pwd")).toBe("/\n"),
  queue: async ({ shell, server }) => {
    await shell.ok("queue stop; queue put here.txt q1; queue 'cd pub; put here.txt q2'");
    expect(await shell.ok("queue")).toBe(
      "[1] held, queue: put here.txt q1\n[2] held, queue: cd pub; put here.txt q2\n",
    );
    await shell.ok("queue start; wait");
    expect(await server.read("/q1")).toBe("here\n");
    expect(await server.read("/pub/q2")).toBe("here\n");
    expect(await shell.ok("pwd; jobs")).toBe("/\n");
  },
  quit: leaves("quit"),
  quote: async ({ shell }) => {
    expect(await shell.ok("quote noop")).toMatch(/^200 /);
    await shell.ok("quote CWD pub");
    expect(shell.shell.place.site.directory).toBe("/pub");
    expect(await shell.run("quote nonsense")).toBe(6);
  },
  recv: gets("recv"),
  reget: async ({ shell, local }) => {
    await writeFile(local("one.txt"), "on");
    await shell.ok("reget pub/one.txt");
    expect(await readFile(local("one.txt"), "utf8")).toBe("one\n");
  },
  remopts: asksServer("remopts UTF8 ON", /^200 /),
  rename: renames("rename"),
  reset: async ({ shell }) => {
    await shell.ok("reset");
    expect(shell.told()).toContain("in step");
  },
  restart: async ({ shell, server, local }) => {
    await writeFile(local("ten"), "0123456789");
    await shell.ok("put ten; restart 4; get ten tail".replace("restart 4; get ten tail", ""));
    await writeFile(local("tail"), "abcd");
    await shell.ok("restart 4; get ten tail");
    expect(await readFile(local("tail"), "utf8")).toBe("abcd456789");
    await writeFile(local("ten"), "abcdefghij");
    await shell.ok("restart 4; put ten; put here.txt after");
    expect(await server.read("/ten")).toBe("0123efghij");
    expect(await server.read("/after")).toBe("here\n");
    expect(await shell.run("restart")).toBe(2);
    await shell.ok("mode block; restart 4; get ten tail");
    expect(await readFile(local("tail"), "utf8")).toBe("abcdefghij");
  },
  rhelp: asksServer("rhelp", /^214 /),
  rm: removes("rm"),
  rmdir: async ({ shell, server }) => {
    await shell.ok("mkdir x; rmdir x");
    expect(await server.paths()).not.toContain("/x/");
    expect(await shell.run("rmdir pub")).not.toBe(0);
  },
  rstatus: asksServer("rstatus", /^211 /),
  runique: async (given) => {
    await turns("runique")(given);
    await given.shell.ok("get pub/one.txt; get pub/one.txt; get pub/one.txt");
    expect(await readdir(given.local("."))).toEqual(expect.arrayContaining(["one.txt", "one.txt.1", "one.txt.2"]));
  },
  send: puts("send"),
  sendport: async (given) => {
    await turns("sendport")(given);
    await given.shell.ok("passive off; sendport off");
    expect(await given.shell.ok("set passive")).toContain("on");
  },
  set: async ({ shell }) => {
    expect(await shell.ok("set")).toMatch(/^parallel +4 /m);
    await shell.ok("set par 2; set type local 36");
    expect(await shell.ok("set parallel; set type")).toBe("parallel       2\ntype           local 36\n");
    expect(await shell.run("set pasive on")).toBe(2);
    expect(shell.told()).toContain("did you mean passive");
    expect(await shell.run("set parallel 0")).toBe(2);
    expect(await shell.run("set p 0")).toBe(2);
  },
  site: asksServer("site help", /^214 /),
  size: async ({ shell }) => {
    expect(await shell.ok("size pub/one.txt")).toBe("4\n");
    expect(await shell.run("size missing")).toBe(5);
  },
  source: async ({ shell, local }) => {
    await writeFile(local("script"), "# a script\ncd pub\npwd\necho one \\\ntwo\n");
    expect(await shell.ok("source script")).toBe("/pub\none two\n");
    await writeFile(local("loop"), "source loop\n");
    expect(await shell.run("source loop")).toBe(2);
    expect(await shell.run("source missing")).toBe(9);
    await writeFile(local("bad"), "pwd\nget missing\n");
    expect(await shell.run("source bad")).toBe(5);
    expect(shell.told()).toContain("bad:2: ");
  },
  status: async ({ shell, server }) => {
    expect(await shell.ok("status")).toContain(`Connected to 127.0.0.1 port ${server.port} as me, in clear, passive`);
    expect(await shell.ok("close; status")).toContain("Not connected");
  },
  struct: async ({ shell, server }) => {
    const lines = sent(shell);
    await shell.ok("struct record; ascii; put here.txt r; struct file; binary");
    expect(lines.filter((line) => line.startsWith("STRU"))).toEqual(["STRU R", "STRU F"]);
    expect(await server.read("/r")).toBe("here\n");
  },
  sunique: async (given) => {
    await turns("sunique")(given);
    await given.shell.ok("put here.txt; put here.txt; put here.txt wish");
    const paths = await given.server.paths();
    expect(paths.length).toBe(8);
    expect(paths.some((path) => path.startsWith("/wish"))).toBe(true);
  },
  syst: asksServer("syst", /^215 /),
  system: asksServer("system", /^215 /),
  tenex: async ({ shell }) => {
    const lines = sent(shell);
    await shell.ok("tenex; put here.txt t; get t -");
    // As at the start, and again after the size was asked for in type I.
    expect(lines.filter((line) => line === "TYPE L 8").length).toBeGreaterThan(1);
  },
  throttle: async ({ shell }) => {
    await shell.ok("throttle get 500k; throttle put off");
    expect(await shell.ok("throttle all")).toBe("throttle-get is 500 KiB/s\nthrottle-put is off\n");
    expect(await shell.run("throttle up 5")).toBe(2);
  },
  trace: async (given) => {
    await turns("trace")(given);
    given.shell.told();
    await given.shell.ok("pwd");
    expect(given.shell.told()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ---> PWD\n\d\d:\d\d:\d\d\.\d{3} 257 /);
  },
  type: async ({ shell }) => {
    const lines = sent(shell);
    expect(await shell.ok("type")).toBe("type is binary\n");
    await shell.ok("type ebcdic; type l 36; type local; type image");
    expect(lines).toEqual(["TYPE E", "TYPE L 36", "TYPE L 8", "TYPE I"]);
    expect(await shell.run("type x")).toBe(2);
    expect(await shell.run("type l 300")).toBe(2);
  },
  umask: asksServer("umask 027; umask", /027/),
  unset: async ({ shell }) => {
    await shell.ok("set parallel 9; ascii; passive off; unset parallel; unset type; unset passive");
    expect(await shell.ok("set parallel; set type; set passive")).toMatch(/^parallel +4\ntype +binary\npassive +on\n$/);
  },
  usage: async ({ shell }) => expect(await shell.ok("usage get")).toBe("Usage: get [-c] remote-file [local-file]\n"),
  user: async ({ shell }) => {
    expect(await shell.run("user me wrong")).toBe(4);
    expect(await shell.run("pwd")).toBe(2);
    await shell.ok("user me secret");
    expect(await shell.ok("pwd")).toBe("/\n");
  },
  verbose: async (given) => {
    await turns("verbose")(given);
    given.shell.told();
    await given.shell.ok("pwd");
    expect(given.shell.told()).toContain("257 ");
  },
  wait: async ({ shell, local }) => {
    await shell.ok("get pub/one.txt & get pub/two.txt & wait");
    expect(await readdir(local("."))).toEqual(expect.arrayContaining(["one.txt", "two.txt"]));
    expect(await shell.run("get missing & wait")).toBe(5);
    expect(await shell.run("wait 99")).toBe(2);
  },
};

beforeEach(async () => {
  vi.stubEnv("TWINPORT_PASSWORD", undefined);
  vi.stubEnv("NETRC", "/nonexistent");
  vi.stubEnv("PAGER", "cat");
  vi.stubEnv("SHELL", "/bin/sh");
  vi.stubEnv("XDG_CONFIG_HOME", await temporaryFolder());
  vi.stubEnv("XDG_STATE_HOME", await temporaryFolder());
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the table of commands", () => {
  it("has all that people know, and a scenario for each", () => {
    expect(known.filter((name) => !commandNames().includes(name))).toEqual([]);
    expect(Object.keys(scenarios).sort()).toEqual(commandNames().sort());
    expect(new Set(commandNames()).size).toBe(commandNames().length);
  });

  it.each(allCommands())("has help for $name that fits a screen of 80 columns", (command) => {
    const text = helpText(command);
    expect(text).toContain(`Usage: ${usageOf(command)}`);
    expect(command.summary).toMatch(/^[a-z][^.]*$/);
    for (const line of text.split("\n").slice(1)) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it("takes beginnings that no other command has, and says which are meant by others", () => {
    expect(findCommand("stat").name).toBe("status");
    expect(findCommand("mir").name).toBe("mirror");
    expect(findCommand("dis").name).toBe("disconnect");
    expect(findCommand("syst").name).toBe("syst");
    expect(findCommand("sys").run).toBe(findCommand("syst").run);
    expect(() => findCommand("di")).toThrow("di can be dir, disconnect");
    expect(() => findCommand("gte")).toThrow("did you mean get?");
    expect(() => findCommand("xylophone")).toThrow("help shows all of them");
  });
});

describe("each command", () => {
  it.each(Object.keys(scenarios))("%s", async (name) => {
    const server = await startServer();
    await server.makeFolder("/pub");
    await server.put("/pub/one.txt", "one\n");
    await server.put("/pub/two.txt", "two\n");
    await server.put("/a b.txt", "a b\n");
    await server.put("/NOTES.TXT", "notes");
    const shell = await connected(server);
    const local = (path: string): string => (path === "." ? shell.folder : join(shell.folder, path));
    await writeFile(local("here.txt"), "here\n");
    await mkdir(local("sub"));
    if (["jobs", "kill", "pget", "throttle", "lls", "mput"].includes(name))
      await server.put("/big", Buffer.alloc(100_000, "big"));
    if (name === "lls") await writeFile(local("big.local"), "");
    await scenarios[name]?.({ server, shell, local });
  });
});

/** A storage in which each folder holds another one. */
class EndlessStorage extends MemoryStorage {
  override async *list(): ReturnType<MemoryStorage["list"]> {
    await Promise.resolve();
    yield [{ name: "x", kind: "directory", size: 0, modified: 0 }];
  }

  override stat(): ReturnType<MemoryStorage["stat"]> {
    return Promise.resolve({ name: "x", kind: "directory", size: 0, modified: 0 });
  }
}

describe("folders without end", () => {
  it.each(["du", "find"])("end %s", async (command) => {
    const shell = await connected(await startServer({ storage: new EndlessStorage() }));
    expect(await shell.run(command)).not.toBe(0);
    expect(shell.told()).toMatch(/goes down more than \d+ folders/);
  });
});
