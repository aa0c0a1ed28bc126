/** `twinport shell` as a program: commands of an option, a file and a pipe, and how it ends. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { twinport } from "../cli.ts";
import type { Ended, RunOptions } from "../../../../test/programs.ts";
import { startServer, temporaryFolder, type TestServer } from "./shell-fixture.ts";

interface Given {
  readonly server: TestServer;
  readonly folder: string;
  readonly shell: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
}

async function given(): Promise<Given> {
  const server = await startServer();
  await server.makeFolder("/pub");
  await server.put("/pub/one.txt", "one\n");
  const folder = await temporaryFolder();
  const env = { TWINPORT_PASSWORD: "secret", XDG_CONFIG_HOME: folder, XDG_STATE_HOME: folder };
  const shell = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
    twinport(["shell", ...args], { cwd: folder, ...options, env: { ...env, ...options.env } });
  return { server, folder, shell };
}

describe("twinport shell", () => {
  it("runs the commands of -c: data on stdout, the rest on stderr", async () => {
    const { server, folder, shell } = await given();
    const url = `ftp://me@127.0.0.1:${server.port}/pub`;
    expect(await shell(["-c", "pwd; get one.txt; mput missing* || cat one.txt", url])).toEqual({
      code: 0,
      stdout: "/pub\none\n",
      stderr: "Connected to 127.0.0.1 as me, in clear\ntwinport: Sending missing*: nothing matches it\n",
    });
    expect(await readFile(join(folder, "one.txt"), "utf8")).toBe("one\n");
  });

  it("runs a script, ends at its first failure, and tells the line and the exit code", async () => {
    const { server, folder, shell } = await given();
    await writeFile(join(folder, "script"), `# look\nopen me@127.0.0.1:${server.port}\n\nget missing\npwd\n`);
    const ended = await shell(["-f", "script"]);
    expect(ended).toMatchObject({ code: 5, stdout: "" });
    expect(ended.stderr).toMatch(/^twinport: script:4: Downloading missing: the server said 550 /m);
    expect(await shell(["-k", "-f", "script"])).toMatchObject({ code: 0, stdout: "/\n" });
    await writeFile(
      join(folder, "script"),
      `open me@127.0.0.1:${server.port}\nset exit-on-error off\npwd\nget missing\n`,
    );
    expect(await shell(["-f", "script"])).toMatchObject({ code: 5, stdout: "/\n" });
  });

  it("runs what is piped in, macros too", async () => {
    const { server, shell } = await given();
    const input = `macdef where\ncd $1\npwd\n\n$where pub\nbye\npwd\n`;
    expect(await shell([`ftp://me@127.0.0.1:${server.port}`], { input })).toMatchObject({ code: 0, stdout: "/pub\n" });
  });

  it("waits for its jobs, and counts their failures", async () => {
    const { server, folder, shell } = await given();
    const url = `ftp://me@127.0.0.1:${server.port}/pub`;
    expect(await shell(["-c", "get one.txt a &", url])).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, "a"), "utf8")).toBe("one\n");
    expect(await shell(["-c", "get missing &", url])).toMatchObject({ code: 5 });
  });

  it("asks nobody, and ends with the code of what stands in the way", async () => {
    const { server, shell } = await given();
    const url = `ftp://me@127.0.0.1:${server.port}`;
    const ended = await shell(["-c", "pwd", url], { env: { TWINPORT_PASSWORD: undefined } });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain("A password for me at 127.0.0.1 is needed");
    expect(await shell(["-c", "pwd", url], { env: { TWINPORT_PASSWORD: "wrong" } })).toMatchObject({ code: 4 });
    expect(await shell(["-c", "pwd", "ftp://127.0.0.1:1"])).toMatchObject({ code: 3 });
    expect(await shell(["-c", "pwd"])).toMatchObject({ code: 2 });
    expect(await shell(["-c", "get"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Usage: get") as string,
    });
    expect(await shell(["-c", "a", "-f", "b"])).toMatchObject({ code: 2 });
    expect(await shell(["-f", "nowhere"])).toMatchObject({ code: 9 });
    expect(await shell(["-c", "dir 'x"])).toMatchObject({ code: 2 });
  });

  it("runs init of .netrc after the login", async () => {
    const { server, folder, shell } = await given();
    const netrc = join(folder, "netrc");
    await writeFile(netrc, "machine 127.0.0.1 login me password secret\nmacdef init\ncd pub\n\n");
    const env = { NETRC: netrc, TWINPORT_PASSWORD: undefined };
    expect(await shell(["-c", "pwd", `127.0.0.1:${server.port}`], { env })).toMatchObject({
      code: 0,
      stdout: "/pub\n",
    });
  });

  it("mirrors with several sessions where the server gives them, and with one where it does not", async () => {
    const { folder, shell } = await given();
    await mkdir(join(folder, "site", "deep"), { recursive: true });
    for (const name of ["a", "b", "deep/c"]) await writeFile(join(folder, "site", name), name);
    for (const sessionsPerAddress of [8, 1]) {
      const other = await startServer({ limits: { sessionsPerAddress } });
      const url = `ftp://me@127.0.0.1:${other.port}`;
      expect(await shell(["-c", "mirror -R site; mget site/a site/b; pget site/a c", url])).toMatchObject({ code: 0 });
      expect(await other.paths()).toEqual(["/site/", "/site/a", "/site/b", "/site/deep/", "/site/deep/c"]);
    }
  });
});
