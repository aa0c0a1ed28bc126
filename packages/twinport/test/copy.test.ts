import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startPeer, type Peer } from "../../core/test/ftp-client/between-fixture.ts";
import { putFile, readFile } from "../../core/test/ftp-server/server-fixture.ts";
import { twinport } from "./cli.ts";

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

describe("twinport copy", () => {
  it("has one server send a file to the other, into a folder under its own name", async () => {
    const [from, to] = await start();
    await to.client.mkdir("in");
    const { code, stdout } = await twinport(["copy", "--json", urlOf(from, "file"), urlOf(to, "in/")]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ path: "file", to: "in/file", bytes: 7, passive: "to", tls: "clear" });
    expect(await readFile(to.storage, "/in/file")).toBe("content");
    const listening = await twinport(["copy", "-v", "--passive", "from", urlOf(from, "file"), urlOf(to, "b")]);
    expect(listening.stderr).toMatch(/> PASV[^]*> PORT 127,0,0,2/);
    expect(await readFile(to.storage, "/b")).toBe("content");
  });

  it("says what to do when the servers refuse, and goes through here when told to", async () => {
    const [from, to] = await start(false);
    const refused = await twinport(["copy", "--passive", "to", urlOf(from, "file"), urlOf(to, "b")]);
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain("--relay copies through this machine");
    expect((await twinport(["copy", "--relay", urlOf(from, "file"), urlOf(to, "b")])).code).toBe(0);
    expect(await readFile(to.storage, "/b")).toBe("content");
  });

  it.each([[["--relay"]], [[]]])("goes on where a broken copy ended %j", async (flags) => {
    const [from, to] = await start();
    await putFile(to.storage, "/b", "con");
    const args = ["copy", "-c", "--json", ...flags, urlOf(from, "file"), urlOf(to, "b")];
    expect(JSON.parse((await twinport(args)).stdout)).toMatchObject({ bytes: 4, offset: 3 });
    expect(await readFile(to.storage, "/b")).toBe("content");
    expect(JSON.parse((await twinport(args)).stdout)).toMatchObject({ bytes: 0, offset: 7 });
  });

  it("tells a file that is not there, and what is no URL", async () => {
    const [from, to] = await start();
    for (const flag of [[], ["--relay"]]) {
      expect((await twinport(["copy", ...flag, urlOf(from, "none"), urlOf(to, "b")])).code).toBe(5);
    }
    expect(await readFile(to.storage, "/b")).toBeUndefined();
    const folder = await mkdtemp(join(tmpdir(), "twinport-copy-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "file"), "x");
    expect((await twinport(["copy", join(folder, "file"), urlOf(to, "b")])).stderr).toContain("get and put");
    expect((await twinport(["copy", urlOf(from, ""), urlOf(to, "b")])).code).toBe(2);
    expect((await twinport(["copy", "--relay", "--allow-clear", urlOf(from, "a"), urlOf(to, "b")])).code).toBe(2);
  });
});
