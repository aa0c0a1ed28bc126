/** Completion in the shells themselves. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram, twinport } from "../programs.ts";

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "twinport-completion-"));
  await mkdir(join(home, "twinport"));
  await writeFile(join(home, "twinport/bookmarks"), "# mine\nwork\tftp://example.org/a\nworld\tftp://example.net/\n");
  await mkdir(join(home, "files"));
  await writeFile(join(home, "files/a file.txt"), "");
  await writeFile(join(home, "files/sub"), "");
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout, code } = await runProgram(process.execPath, [twinport, "completion", shell]);
    expect(code).toBe(0);
    await writeFile(join(home, `completion.${shell}`), stdout);
  }
});

afterAll(() => rm(home, { recursive: true }));

async function run(shell: string, args: readonly string[]): Promise<string[]> {
  const env = { XDG_CONFIG_HOME: home, HOME: home, ZDOTDIR: home };
  const { stdout, stderr, code } = await runProgram(shell, args, { env, cwd: join(home, "files") });
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  return stdout.split("\n").filter((line) => line !== "");
}

/** What bash would offer behind a line, as its own function tells. */
function bash(line: string): Promise<string[]> {
  const script = `compopt() { :; }; source "$1"; COMP_LINE="$2" COMP_POINT=\${#2}; _twinport; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run("bash", ["--norc", "-c", script, "bash", join(home, "completion.bash"), line]);
}

/** What fish offers, without its descriptions. */
async function fish(line: string): Promise<string[]> {
  const script = `source "$argv[1]"; complete -C "$argv[2]"`;
  const offered = await run("fish", ["--no-config", "-c", script, join(home, "completion.fish"), line]);
  return offered.map((each) => each.split("\t")[0] ?? "");
}

describe("bash", () => {
  it("completes commands, flags, choices, bookmarks and files", async () => {
    expect(await bash("twinport ge")).toEqual(["get"]);
    expect(await bash("twinport ")).toEqual(expect.arrayContaining(["get", "put", "cp", "copy", "bookmark"]));
    expect(await bash("twinport get --transf")).toEqual(["--transfers"]);
    expect(await bash("twinport get --progress ")).toEqual(["auto", "plain", "json", "none"]);
    expect(await bash("twinport get --progress=pl")).toEqual(["plain"]);
    expect(await bash("twinport copy --passive ")).toEqual(["from", "to"]);
    expect(await bash("twinport get wor")).toEqual(["work:", "world:"]);
    expect(await bash("twinport ls work:")).toEqual([]);
    expect(await bash("twinport put a")).toEqual(["a file.txt"]);
    expect(await bash("twinport get -o s")).toEqual(["sub"]);
    expect(await bash("twinport bookmark ")).toEqual(["add", "list", "remove", "rm"]);
    expect(await bash("twinport bookmark add --with")).toEqual(["--with-password"]);
    expect(await bash("twinport tftp ")).toEqual(["get", "put"]);
    expect(await bash("twinport completion z")).toEqual(["zsh"]);
  });
});

describe("fish", () => {
  it("completes commands, flags, choices, bookmarks and files", async () => {
    expect(await fish("twinport ge")).toEqual(["get"]);
    expect(await fish("twinport get --transf")).toEqual(["--transfers"]);
    expect(await fish("twinport get --progress ")).toEqual(expect.arrayContaining(["auto", "json", "none", "plain"]));
    expect(await fish("twinport get wor")).toEqual(["work:", "world:"]);
    expect(await fish("twinport put su")).toContain("sub");
    expect(await fish("twinport bookmark ")).toEqual(expect.arrayContaining(["add", "list", "remove"]));
    expect(await fish("twinport bookmark add --with")).toEqual(["--with-password"]);
    expect(await fish("twinport completion z")).toEqual(["zsh"]);
  });
});

describe("zsh", () => {
  /** What zsh makes of a line by Tab, in a terminal of zsh's own making: a key bound to a widget writes it down. */
  async function zsh(line: string): Promise<string> {
    const script = `
zmodload zsh/zpty zsh/zselect
rm -f $HOME/ready $HOME/line
zpty -b shell zsh -f -i
zpty -w shell 'PROMPT= RPS1=; autoload -Uz compinit; compinit -u -D; source $HOME/completion.zsh'
zpty -w shell 'tell() { print -r -- "$BUFFER" > $HOME/line }; zle -N tell; bindkey "^X" tell; bindkey "^I" complete-word'
zpty -w shell ': > $HOME/ready'
until [[ -e $HOME/ready ]]; do zpty -r -t shell said; zselect -t 2; done
zpty -n -w shell "$1"$'\\t\\x18'
until [[ -s $HOME/line ]]; do zpty -r -t shell said; zselect -t 2; done
zpty -d shell`;
    await run("zsh", ["-f", "-c", script, "zsh", line]);
    return (await readFile(join(home, "line"), "utf8")).trimEnd();
  }

  it("completes commands, flags, choices, bookmarks and files", async () => {
    expect(await zsh("twinport ge")).toBe("twinport get");
    expect(await zsh("twinport get --transf")).toBe("twinport get --transfers=");
    expect(await zsh("twinport get --progress pl")).toBe("twinport get --progress plain");
    expect(await zsh("twinport get work")).toBe("twinport get work:");
    expect(await zsh("twinport put su")).toBe("twinport put sub");
    expect(await zsh("twinport bookmark add --with")).toBe("twinport bookmark add --with-password");
    expect(await zsh("twinport completion fi")).toBe("twinport completion fish");
  });
});
