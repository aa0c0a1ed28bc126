/** Verbs of the session itself: SMNT, CSID, CLNT, SITE IDLE, SITE WHO; LPRT, LPSV and PRET, which prepare transfers. */
import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { readOnly } from "../../src/accounts/index.ts";
import { parseLongPassiveAnswer } from "../../src/protocol/index.ts";
import { MemoryStorage, mountedStorage } from "../../src/storage/index.ts";
import { listenForData, RawSession, readAll } from "./raw-session.ts";
import { putFile, startServer } from "./server-fixture.ts";

describe("LPRT and LPSV", () => {
  it.each([
    ["127.0.0.1", "4,4,127,0,0,1"],
    ["::1", "6,16,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1"],
  ])("move data on %s", async (host, prefix) => {
    const { port, storage } = await startServer({ listeners: [{ host, port: 0 }] });
    await putFile(storage, "/a", "content");
    const control = await RawSession.logIn(port, host);
    const { text } = await control.command("LPSV");
    expect(text).toMatch(/^228 Entering Long Passive Mode \(/);
    const address = parseLongPassiveAnswer(text.slice(4));
    expect(address?.address).toBe(host);
    const data = connect({ host, port: address?.port ?? 0, allowHalfOpen: true });
    await once(data, "connect");
    expect(await control.code("RETR a")).toBe(150);
    expect((await readAll(data)).toString()).toBe("content");
    data.destroy();
    expect((await control.reply()).code).toBe(226);

    const listener = await listenForData(host);
    expect(await control.code(`LPRT ${prefix},2,${listener.port >> 8},${listener.port & 255}`)).toBe(200);
    control.send("RETR a\r\n");
    const active = await listener.accepted;
    expect((await readAll(active)).toString()).toBe("content");
    expect((await control.reply()).code).toBe(125);
    expect((await control.reply()).code).toBe(226);
    active.destroy();
    listener.server.close();
    control.close();
  });

  it("go by the rules of PORT and PASV", async () => {
    const { port, server } = await startServer({ passive: { externalAddress: "192.0.2.7" } });
    const control = await RawSession.logIn(port);
    expect(await control.code("LPRT 4,4,192,0,2,1,2,200,1")).toBe(504);
    expect(await control.code("LPRT 4,4,127,0,0,1,2,0,22")).toBe(504);
    expect((await control.command("LPRT 16,4,127,0,0,1,2,200,1")).text).toBe(
      "521 Supported address families are (4, 6)\r\n",
    );
    expect((await control.command("LPSV")).text).toContain("(4,4,192,0,2,7,2,");
    expect(server.passivePortsArmed).toBe(1);
    await control.command("EPSV ALL");
    expect(await control.code("LPSV")).toBe(503);
    expect(await control.code("LPRT 4,4,127,0,0,1,2,200,1")).toBe(503);
    control.close();
  });
});

describe("PRET", () => {
  it("takes what could come, and refuses what would be refused", async () => {
    const { port, storage } = await startServer({ account: { permissions: readOnly } });
    await putFile(storage, "/a", "content");
    const control = await RawSession.logIn(port);
    await control.command("TYPE I");
    await control.command("REST 3");
    expect(await control.code("PRET RETR a")).toBe(200);
    expect((await control.download("RETR a")).bytes.toString()).toBe("tent");
    expect(await control.code("PRET LIST -la")).toBe(200);
    expect(await control.code("PRET RETR none")).toBe(550);
    expect(await control.code("PRET STOR new")).toBe(550);
    expect(await control.code("PRET RETR")).toBe(501);
    expect(await control.code("PRET DELE a")).toBe(504);
    control.close();
  });
});

describe("SMNT", () => {
  it("changes to a file system of the account, by name or by folder", async () => {
    const music = new MemoryStorage();
    await putFile(music, "/song", "la");
    const storage = mountedStorage(new MemoryStorage(), { "/media/music": music });
    const { port } = await startServer({ storage, account: { mounts: { tunes: "/media/music", gone: "/gone" } } });
    const control = await RawSession.logIn(port);
    expect(await control.code("SMNT tunes")).toBe(250);
    expect((await control.command("PWD")).text).toContain('"/media/music"');
    expect((await control.command("SIZE song")).code).toBe(213);
    await control.command("CWD /");
    expect(await control.code("SMNT media/music")).toBe(250);
    for (const name of ["other", "gone", "/media"]) expect(await control.code(`SMNT ${name}`), name).toBe(550);
    expect((await control.command("PWD")).text).toContain('"/media/music"');
    control.close();
  });

  it("is answered with 202 for an account that has one file system", async () => {
    const { port } = await startServer();
    const control = await RawSession.logIn(port);
    expect(await control.code("SMNT anything")).toBe(202);
    control.close();
  });
});

describe("CSID and CLNT", () => {
  it("tell who the server is, before the login too", async () => {
    const { port } = await startServer();
    const control = await RawSession.open(port);
    expect((await control.command("CSID Name=Test; Version=1;")).text).toBe(
      `200 Name=Twinport; Version=${packageJson.version};\r\n`,
    );
    expect(await control.code("CLNT Test 1.0")).toBe(200);
    control.close();
  });
});

describe("SITE IDLE", () => {
  it("tells and sets after what time an idle session ends, within the server's limit", async () => {
    const { port } = await startServer({ limits: { idleTimeout: 60_000, idleTimeoutMax: 120_000 } });
    const control = await RawSession.logIn(port);
    expect((await control.command("SITE IDLE")).text).toBe("200 Idle sessions end after 60 seconds; at most 120\r\n");
    expect(await control.code("SITE IDLE 121")).toBe(504);
    expect(await control.code("SITE IDLE 0")).toBe(501);
    expect(await control.code("SITE IDLE 1")).toBe(200);
    expect(await control.ended()).toMatch(/^421 Idle/);
  });

  it("holds until REIN", async () => {
    const { port } = await startServer({ limits: { idleTimeout: 60_000 } });
    const control = await RawSession.logIn(port);
    await control.command("SITE IDLE 90");
    await control.command("OPTS HASH MD5");
    await control.command("REIN");
    await control.command("USER me");
    await control.command("PASS secret");
    expect((await control.command("SITE IDLE")).text).toContain("after 60 seconds");
    expect((await control.command("OPTS HASH")).text).toBe("200 SHA-256\r\n");
    control.close();
  });
});

describe("SITE WHO", () => {
  it("tells who is connected to accounts that may see it, and to no others", async () => {
    const { port, storage } = await startServer({ account: { seesSessions: true } });
    await putFile(storage, "/a", Buffer.alloc(10));
    const [control, other] = [await RawSession.logIn(port), await RawSession.open(port)];
    const { code, text } = await control.command("SITE WHO");
    expect(code).toBe(211);
    expect(text).toMatch(/ \w+ me from 127\.0\.0\.1, \d+ seconds: idle\r\n/);
    expect(text).toContain("(not logged in) from 127.0.0.1");
    control.close();
    other.close();
    const closed = await startServer();
    const blind = await RawSession.logIn(closed.port);
    expect(await blind.code("SITE WHO")).toBe(550);
    blind.close();
  });
});
