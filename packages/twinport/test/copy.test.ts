import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startPeer, type Peer } from "../../core/test/ftp-client/between-fixture.ts";
import { putFile, readFile } from "../../core/test/ftp-server/server-fixture.ts";
import { twinport } from "./cli.ts";

// Each of these tests starts many processes.
vi.setConfig({ testTimeout: 240_000 });

const urlOf = ({ server }: Peer, path: string): string => {
  const [address] = server.addresses;
  return `ftp://${address?.address ?? ""}:${address?.port ?? 0}/${path}`;
};

async function start(allowForeignData = true): Promise<readonly [Peer, Peer]> {
  const account = { allowForeignData };
  const pair = [await startPeer("127.0.0.2", { account }), await startPeer("127.0.0.3", { account })] as const;
  await putFile(pair[0].storage, "/file", "content");
  return pair;
}

describe("twinport cp", () => {
  it("has one server send a file to the other, into a folder under its own name, and tells so", async () => {
    const [from, to] = await start();
    await to.client.mkdir("in");
    const { code, stdout } = await twinport(["cp", "--json", urlOf(from, "file"), urlOf(to, "in/")]);
    expect(code).toBe(0);
    const facts = { path: "file", to: "in/file", bytes: 7, passive: "to", tls: "clear", via: "fxp" };
    expect(JSON.parse(stdout)).toMatchObject(facts);
    expect(await readFile(to.storage, "/in/file")).toBe("content");
    const listening = await twinport(["copy", "-v", "--passive", "from", urlOf(from, "file"), urlOf(to, "b")]);
    expect(listening.stderr).toMatch(/> PASV[^]*> PORT 127,0,0,2/);
    expect(listening.stderr).toContain("file: 7 B from server to server (FXP)");
    expect(await readFile(to.storage, "/b")).toBe("content");
  });

  it("goes through here when the servers refuse, and tells why; --fxp has it fail", async () => {
    const [from, to] = await start(false);
    const only = await twinport(["cp", "--fxp", urlOf(from, "file"), urlOf(to, "b")]);
    expect(only.code).toBe(6);
    expect(only.stderr).toContain("Without --fxp it goes through this machine");
    expect(await readFile(to.storage, "/b")).toBeUndefined();
    const { code, stderr } = await twinport(["cp", urlOf(from, "file"), urlOf(to, "b")]);
    expect(code).toBe(0);
    expect(stderr).toContain("it goes through this machine");
    expect(stderr).toContain("file: 7 B through this machine");
    expect(await readFile(to.storage, "/b")).toBe("content");
    expect((await twinport(["cp", "--relay", "-q", urlOf(from, "file"), urlOf(to, "c")])).stderr).toBe("");
    expect(await readFile(to.storage, "/c")).toBe("content");
  });

  it("copies what a pattern matches, asking servers that refuse only once", async () => {
    const [from, to] = await start(false);
    for (const name of ["a.iso", "b.iso", "c.iso"]) await putFile(from.storage, `/${name}`, name);
    const args = ["cp", "--json", "--transfers", "1", urlOf(from, "*.iso"), urlOf(to, "")];
    const { code, stdout, stderr } = await twinport(args);
    expect(code).toBe(0);
    expect(stdout.match(/"via":"relay"/g)).toHaveLength(3);
    expect(stderr.match(/it goes through this machine/g)).toHaveLength(1);
    for (const name of ["a.iso", "b.iso", "c.iso"]) expect(await readFile(to.storage, `/${name}`)).toBe(name);
    expect((await twinport(["cp", urlOf(from, "*.iso"), urlOf(to, "one")])).code).toBe(2);
  });

  it.each([true, false])("copies folders with -r, by FXP or through here (%j), and leaves links out", async (allow) => {
    const [from, to] = await start(allow);
    for (const folder of ["pub", "pub/deep", "pub/deep/empty", "pub/a b"]) await from.client.mkdir(folder);
    const files = { "pub/one": "1", "pub/deep/two": "22", "pub/a b/한국어": "333" };
    for (const [path, text] of Object.entries(files)) await putFile(from.storage, `/${path}`, text);
    const { code, stdout, stderr } = await twinport(["cp", "-r", "--json", urlOf(from, "pub"), urlOf(to, "in/new/")]);
    expect({ code, stderr: allow ? stderr : "" }).toEqual({ code: 0, stderr: "" });
    const outcomes = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly path: string; readonly to: string; readonly via: string });
    expect(outcomes.map(({ path }) => path).sort()).toEqual(Object.keys(files).sort());
    expect(new Set(outcomes.map(({ via }) => via))).toEqual(new Set([allow ? "fxp" : "relay"]));
    for (const [path, text] of Object.entries(files)) expect(await readFile(to.storage, `/in/new/${path}`)).toBe(text);
    expect((await to.client.stat("in/new/pub/deep/empty")).kind).toBe("directory");
    // To a name of its own, and again over what is there.
    for (let turn = 0; turn < 2; turn++)
      expect((await twinport(["cp", "-rq", urlOf(from, "pub/deep"), urlOf(to, "other")])).code).toBe(0);
    expect(await readFile(to.storage, "/other/two")).toBe("22");
  });

  it("goes on after a folder that cannot be made, tells it, and tries nothing in it", async () => {
    const [from, to] = await start(false);
    await from.client.mkdir("pub/bad/deep", { recursive: true });
    for (const path of ["/pub/good", "/pub/bad/file", "/pub/bad/deep/file"]) await putFile(from.storage, path, "x");
    await to.client.mkdir("pub");
    await putFile(to.storage, "/pub/bad", "a file");
    const { code, stdout } = await twinport(["cp", "-r", "--json", urlOf(from, "pub"), urlOf(to, "")]);
    expect(code).toBe(1);
    expect(await readFile(to.storage, "/pub/good")).toBe("x");
    expect(await readFile(to.storage, "/pub/bad")).toBe("a file");
    const told = stdout.trim().split("\n");
    expect(told).toHaveLength(2);
    expect(told.find((line) => line.includes('"item"'))).toContain('"item":"pub/bad"');
  });

  it("refuses folders without -r, folders into themselves, files onto themselves, and two for one place", async () => {
    const [from, to] = await start(false);
    await from.client.mkdir("pub/in", { recursive: true });
    for (const path of ["/pub/file", "/pub/in/file"]) await putFile(from.storage, path, path);
    for (const [args, said] of [
      [[urlOf(from, "pub/"), urlOf(to, "x/")], undefined],
      [["-r", urlOf(from, "pub"), urlOf(from, "pub/in/")], "lies in pub"],
      [["-r", urlOf(from, ""), urlOf(from, "copy")], "lies in"],
      [[urlOf(from, "pub/file"), urlOf(from, "pub/")], "onto itself"],
      [[urlOf(from, "pub/file"), urlOf(from, "pub/in/file"), urlOf(to, "")], "would both become file"],
    ] as const) {
      const { code, stderr } = await twinport(["cp", "--relay", "-q", ...args]);
      expect(code, args.join(" ")).toBeGreaterThan(0);
      if (said !== undefined) expect(stderr).toContain(said);
    }
    expect(await readFile(from.storage, "/pub/file")).toBe("/pub/file");
    expect(await readFile(from.storage, "/pub/in/file")).toBe("/pub/in/file");
  });

  it("copies within one server", async () => {
    const [from] = await start(false);
    expect((await twinport(["cp", "--relay", "-q", urlOf(from, "file"), urlOf(from, "again")])).code).toBe(0);
    expect(await readFile(from.storage, "/again")).toBe("content");
  });

  it.each([[["--relay"]], [[]]])("goes on where a broken copy ended %j", async (flags) => {
    const [from, to] = await start();
    await putFile(to.storage, "/b", "con");
    const args = ["cp", "-c", "--json", ...flags, urlOf(from, "file"), urlOf(to, "b")];
    expect(JSON.parse((await twinport(args)).stdout)).toMatchObject({ bytes: 4, offset: 3 });
    expect(await readFile(to.storage, "/b")).toBe("content");
    expect(JSON.parse((await twinport(args)).stdout)).toMatchObject({ bytes: 0, offset: 7 });
  });

  it("tells a file that is not there, and what is no URL", async () => {
    const [from, to] = await start();
    for (const flag of [[], ["--relay"]]) {
      expect((await twinport(["cp", ...flag, urlOf(from, "none"), urlOf(to, "b")])).code).toBe(5);
    }
    expect(await readFile(to.storage, "/b")).toBeUndefined();
    const folder = await mkdtemp(join(tmpdir(), "twinport-copy-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "file"), "x");
    expect((await twinport(["cp", join(folder, "file"), urlOf(to, "b")])).stderr).toContain("get and put");
    expect((await twinport(["cp", urlOf(from, ""), urlOf(to, "b")])).code).toBe(2);
    expect((await twinport(["cp", "--relay", "--allow-clear", urlOf(from, "a"), urlOf(to, "b")])).code).toBe(2);
    expect((await twinport(["cp", "--relay", "--fxp", urlOf(from, "a"), urlOf(to, "b")])).code).toBe(2);
    expect((await twinport(["cp", urlOf(from, "a")])).code).toBe(2);
  });
});
