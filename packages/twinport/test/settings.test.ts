import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { putFile, startServer } from "../../core/test/ftp-server/server-fixture.ts";
import { MemoryStorage } from "@twinport/core/storage";
import { applySources, checkSettings, type Settings } from "../src/config/flag-sources.ts";
import { isBookmarkName, joinBookmark } from "../src/config/bookmarks.ts";
import { collect, parseCount } from "../src/parse-options.ts";
import { createProgram } from "../src/program.ts";
import { twinport } from "./cli.ts";

// Each of these tests starts many processes.
vi.setConfig({ testTimeout: 240_000 });

/** A command with flags of all kinds, parsed, and what it was given in the end. */
function optionsOf(args: readonly string[], env: NodeJS.ProcessEnv, settings: Settings = {}): Record<string, unknown> {
  const program = new Command("program").exitOverride().configureOutput({ writeErr: () => undefined });
  const command = program
    .command("move")
    .option("--preserve")
    .option("--no-glob")
    .addOption(new Option("--transfers <n>").argParser(parseCount).default(4))
    .addOption(new Option("--print <p>").argParser(collect(String)))
    .addOption(new Option("--tls <when>").choices(["auto", "off"]))
    .addOption(new Option("-4, --ipv4").conflicts("ipv6"))
    .option("-6, --ipv6")
    .option("--proxy <url>")
    .option("--no-proxy")
    .action(() => undefined);
  program.hook("preAction", (_, running) => applySources(running, env, "config.json", settings));
  program.parse(["move", ...args], { from: "user" });
  return command.opts();
}

describe("flags", () => {
  it("come from the command line, else the environment, else the settings", () => {
    const settings = { all: { transfers: 7 }, move: { transfers: 8 } };
    expect(optionsOf([], {})["transfers"]).toBe(4);
    expect(optionsOf([], {}, { all: { transfers: 7 } })["transfers"]).toBe(7);
    expect(optionsOf([], {}, settings)["transfers"]).toBe(8);
    expect(optionsOf([], { TWINPORT_TRANSFERS: "9" }, settings)["transfers"]).toBe(9);
    expect(optionsOf(["--transfers", "2"], { TWINPORT_TRANSFERS: "9" }, settings)["transfers"]).toBe(2);
  });

  it("without words are on by 1, and off by 0 whatever the settings say", () => {
    expect(optionsOf([], { TWINPORT_PRESERVE: "1" })["preserve"]).toBe(true);
    expect(optionsOf([], { TWINPORT_PRESERVE: "0" }, { all: { preserve: true } })["preserve"]).toBe(false);
    expect(() => optionsOf([], { TWINPORT_PRESERVE: "perhaps" })).toThrow("TWINPORT_PRESERVE must be 1 or 0");
    expect(optionsOf([], {})["glob"]).toBe(true);
    expect(optionsOf([], { TWINPORT_NO_GLOB: "1" })["glob"]).toBe(false);
    expect(optionsOf([], {}, { move: { glob: false } })["glob"]).toBe(false);
  });

  it("that share a name take words or false", () => {
    expect(optionsOf([], { TWINPORT_PROXY: "http://a" })["proxy"]).toBe("http://a");
    expect(optionsOf([], { TWINPORT_NO_PROXY: "1" })["proxy"]).toBe(false);
    expect(optionsOf([], {}, { all: { proxy: false } })["proxy"]).toBe(false);
    expect(optionsOf([], {}, { all: { proxy: "http://b" } })["proxy"]).toBe("http://b");
    expect(optionsOf(["--no-proxy"], { TWINPORT_PROXY: "http://a" })["proxy"]).toBe(false);
  });

  it("that may be given several times are replaced as a whole", () => {
    expect(optionsOf([], { TWINPORT_PRINT: "a\nb" })["print"]).toEqual(["a", "b"]);
    expect(optionsOf([], {}, { all: { print: ["c", "d"] } })["print"]).toEqual(["c", "d"]);
    expect(optionsOf(["--print", "e"], { TWINPORT_PRINT: "a" }, { all: { print: ["c"] } })["print"]).toEqual(["e"]);
  });

  it("of one family are not set beside another that was asked for", () => {
    expect(optionsOf(["-6"], {}, { all: { ipv4: true } })).toMatchObject({ ipv6: true });
    expect(optionsOf(["-6"], {}, { all: { ipv4: true } })).not.toHaveProperty("ipv4");
    expect(optionsOf(["-4"], { TWINPORT_IPV6: "1" })).not.toHaveProperty("ipv6");
  });

  it("are named where their values are wrong", () => {
    expect(() => optionsOf([], { TWINPORT_TRANSFERS: "none" })).toThrow("TWINPORT_TRANSFERS: It is a whole number");
    expect(() => optionsOf([], {}, { all: { tls: "perhaps" } })).toThrow(/^config\.json: "tls": Allowed choices/);
    expect(() => optionsOf([], {}, { all: { preserve: "yes" } })).toThrow('"preserve" must be true or false');
    expect(() => optionsOf([], {}, { all: { transfers: true } })).toThrow('"transfers" must be a text or a number');
  });

  it("and commands that there are not are told with the nearest", () => {
    const program = createProgram();
    const check = (value: Record<string, unknown>): Settings => checkSettings("config.json", value, program);
    expect(
      check({ all: { timeout: 3 }, get: { transfers: 8, glob: false }, "bookmark list": { json: true } }),
    ).toBeDefined();
    expect(() => check({ gett: {} })).toThrow('there is no command "gett". Did you mean "get"?');
    expect(() => check({ get: { transfer: 8 } })).toThrow('get has no flag "transfer". Did you mean "transfers"?');
    expect(() => check({ all: { nonsense: 8 } })).toThrow('no command has a flag "nonsense".');
    expect(() => check({ get: [] })).toThrow('"get" must be an object');
  });
});

describe("the command line's settings", () => {
  let home: string;
  let url: string;
  let env: Record<string, string>;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "twinport-settings-"));
    onTestFinished(() => rm(home, { recursive: true }));
    await mkdir(join(home, "twinport"));
    env = { XDG_CONFIG_HOME: home, TWINPORT_PASSWORD: "secret" };
    const storage = new MemoryStorage();
    const { port } = await startServer({ storage });
    await putFile(storage, "/file", "x");
    await putFile(storage, "/pub", "not a folder");
    url = `ftp://me@127.0.0.1:${port}`;
  });

  it("are read from a file, and a wrong one is told by its name", async () => {
    const file = join(home, "twinport/config.json");
    await writeFile(file, JSON.stringify({ ls: { json: true } }));
    expect((await twinport(["ls", `${url}/`], { env })).stdout).toContain('"name":"file"');
    expect((await twinport(["ls", `${url}/`], { env: { ...env, TWINPORT_JSON: "0" } })).stdout).toBe("file\npub\n");
    for (const wrong of ["{", "[]", '{"ls":{"jsom":true}}']) {
      await writeFile(file, wrong);
      const { code, stderr } = await twinport(["ls", `${url}/`], { env });
      expect(code).toBe(2);
      expect(stderr).toContain(file);
    }
    expect((await twinport(["ls", "--help"], { env })).code).toBe(0);
  });

  it("keep bookmarks without passwords, unless told to keep them, for their owner alone", async () => {
    const secret = url.replace("me@", "me:secret@");
    const left = await twinport(["bookmark", "add", "work", secret], { env });
    expect(left).toMatchObject({ code: 0, stderr: expect.stringContaining("left out") as string });
    const file = join(home, "twinport/bookmarks");
    expect(await readFile(file, "utf8")).not.toContain("secret");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await twinport(["bookmark", "add", "work", secret], { env })).code).toBe(2);
    expect((await twinport(["bookmark", "add", "-f", "--with-password", "work", secret], { env })).code).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await twinport(["bookmark", "list"], { env })).stdout).toMatch(
      /^work {2}ftp:\/\/me:\*{3}@127\.0\.0\.1:\d+\n$/,
    );
    const other = { XDG_CONFIG_HOME: home };
    expect((await twinport(["cat", "work:file"], { env: other })).stdout).toBe("x");
    expect((await twinport(["ls", "work:"], { env: other })).stdout).toBe("file\npub\n");
    expect((await twinport(["get", "--json", "work:fi*", "-o", join(home, "got")], { env: other })).code).toBe(2);
    expect((await twinport(["get", "--json", "work:fi*", `${home}/got/`], { env: other })).code).toBe(0);
    expect(await readFile(join(home, "got/file"), "utf8")).toBe("x");
    const typo = await twinport(["ls", "worm:"], { env: other });
    expect(typo.code).toBe(2);
    expect(typo.stderr).toContain('no bookmark worm. Did you mean "work"?');
    const added = await twinport(["bookmark", "add", "--json", "play", secret], { env });
    expect(JSON.parse(added.stdout)).toEqual({ name: "play", url });
    const gone = await twinport(["bookmark", "remove", "--json", "work", "play"], { env });
    expect(gone.code).toBe(0);
    expect(
      gone.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { name: "work", url: url.replace("me@", "me:***@") },
      { name: "play", url },
    ]);
    expect((await twinport(["bookmark", "list", "--json"], { env })).stdout).toBe("");
    expect((await twinport(["bookmark", "remove", "work"], { env })).code).toBe(2);
  });

  it("colour by flag, and not against NO_COLOR", async () => {
    const coloured = await twinport(["ls", "--color=always", "--retries", "x", url], { env });
    expect(coloured.code).toBe(2);
    const failed = await twinport(["cat", "--color=always", `${url}/none`], { env });
    expect(failed.stderr).toContain("\u001b[1;31mtwinport:\u001b[0m ");
    const plain = await twinport(["cat", `${url}/none`], { env: { ...env, TWINPORT_COLOR: "never" } });
    expect(plain.stderr).toMatch(/^twinport: /);
  });
});

describe("bookmarks", () => {
  it("have names that are no schemes and no drives", () => {
    for (const name of ["work", "a1", "my-server.org"]) expect(isBookmarkName(name), name).toBe(true);
    for (const name of ["c", "ftp", "FTPES", "a b", "a/b", "-x", ""]) expect(isBookmarkName(name), name).toBe(false);
  });

  it("lead into their folder, or to the server's root", () => {
    expect(joinBookmark("", "a")).toBe("a");
    expect(joinBookmark("in", "a")).toBe("in/a");
    expect(joinBookmark("in/", "a")).toBe("in/a");
    expect(joinBookmark("in", "/a")).toBe("/a");
    expect(joinBookmark("in", "")).toBe("in");
  });
});
