/** Transfers between two of our own servers under TLS: SSCN, CPSV, and what either server takes from the other. */
import { once } from "node:events";
import { createServer } from "node:net";
import type { TLSSocket } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { ServersRefusedError, transferBetween } from "../../src/ftp-client/index.ts";
import { nextEvent, putFile, readFile } from "../ftp-server/server-fixture.ts";
import { privateData, secureLogin, secureServer } from "../ftp-server/tls-fixture.ts";
import { readAll } from "../ftp-server/raw-session.ts";
import { addresses, expectUsable, startPair, startPeer, type Peer } from "./between-fixture.ts";

const big = "0123456789abcdef".repeat(100_000);
const ends = ["from", "to"] as const;
const secure = { tls: true };

/** A peer whose client does not see these features. */
async function lacking(host: string, ...features: string[]): Promise<Peer> {
  const peer = await startPeer(host, secure);
  for (const feature of features) (peer.client.features as Map<string, string>).delete(feature);
  return peer;
}

describe("a transfer between servers under TLS", () => {
  it.each(ends)("goes by SSCN while the %s server listens", async (passive) => {
    const [from, to] = await startPair(big, secure);
    const result = await transferBetween(from.client, "a", to.client, "b", { passive });
    expect(result).toMatchObject({ bytes: big.length, passive, tls: "sscn" });
    expect(await readFile(to.storage, "/b")).toBe(big);
    const connecting = passive === "from" ? to : from;
    expect(connecting.sent.filter((line) => line.startsWith("SSCN"))).toEqual(["SSCN ON", "SSCN OFF"]);
    await Promise.all([from, to].map(expectUsable));
  });

  it.each(ends)("goes by CPSV while the %s server listens", async (passive) => {
    const from = await lacking(addresses[0], "SSCN");
    const to = await lacking(addresses[1], "SSCN");
    await putFile(from.storage, "/a", big);
    const result = await transferBetween(from.client, "a", to.client, "b", { passive });
    expect(result).toMatchObject({ bytes: big.length, passive, tls: "cpsv" });
    expect(await readFile(to.storage, "/b")).toBe(big);
    expect((passive === "from" ? from : to).sent).toContain("CPSV");
    await Promise.all([from, to].map(expectUsable));
  });

  it.each(ends)("goes by SSCN of the one that listens, the %s server, when the other has none", async (passive) => {
    const from = await lacking(addresses[0], ...(passive === "from" ? ["CPSV"] : ["SSCN", "CPSV"]));
    const to = await lacking(addresses[1], ...(passive === "to" ? ["CPSV"] : ["SSCN", "CPSV"]));
    await putFile(from.storage, "/a", big);
    expect(await transferBetween(from.client, "a", to.client, "b", { passive })).toMatchObject({ tls: "sscn" });
    expect(await readFile(to.storage, "/b")).toBe(big);
    await Promise.all([from, to].map(expectUsable));
  });

  it("goes in clear only when that is allowed, and is private again afterwards", async () => {
    const features = ["SSCN", "CPSV"];
    const [from, to] = [await lacking(addresses[0], ...features), await lacking(addresses[1], ...features)];
    await putFile(from.storage, "/a", big);
    await expect(transferBetween(from.client, "a", to.client, "b")).rejects.toBeInstanceOf(ServersRefusedError);
    const refused: unknown = await transferBetween(from.client, "a", to.client, "b", { allowClear: true }).catch(
      (error: unknown) => error,
    );
    // These servers demand private data.
    expect(String(refused)).toContain("534");
    await Promise.all([from, to].map(expectUsable));
    const open = { ...secure, requireForData: false };
    const [one, two] = await startPair(big, open, { ...open });
    for (const { client } of [one, two])
      for (const name of features) (client.features as Map<string, string>).delete(name);
    expect(await transferBetween(one.client, "a", two.client, "b", { allowClear: true })).toMatchObject({
      tls: "clear",
    });
    expect(await readFile(two.storage, "/b")).toBe(big);
    for (const { sent } of [one, two]) {
      expect(sent.filter((line) => line.startsWith("PROT"))).toEqual(["PROT P", "PROT C", "PROT P"]);
    }
  });

  it("does not go between a server with TLS and one without, unless in clear", async () => {
    const [from, to] = await startPair(big, { ...secure, requireForData: false }, {});
    await expect(transferBetween(from.client, "a", to.client, "b")).rejects.toThrow("no TLS");
    await transferBetween(from.client, "a", to.client, "b", { allowClear: true });
    expect(await readFile(to.storage, "/b")).toBe(big);
    await expectUsable(from);
  });

  it.each(ends)("aborts both servers while the %s server listens, and both go on", async (passive) => {
    const [from, to] = await startPair(new Uint8Array(64 * 1024 * 1024), secure);
    const abort = new AbortController();
    from.server.once("download-start", () => abort.abort());
    const options = { passive, signal: abort.signal };
    await expect(transferBetween(from.client, "a", to.client, "b", options)).rejects.toMatchObject({ kind: "aborted" });
    expect(await readFile(to.storage, "/b")).toBeUndefined();
    await Promise.all([from, to].map(expectUsable));
  });

  it("is refused when both ends are at one address, where resumption is demanded", async () => {
    const [from, to] = [await startPeer("127.0.0.1", secure), await startPeer("127.0.0.1", secure)];
    await putFile(from.storage, "/a", big);
    await expect(transferBetween(from.client, "a", to.client, "b")).rejects.toThrow("522");
    await Promise.all([from, to].map(expectUsable));
  });
});

describe("SSCN and CPSV of the server", () => {
  it("are there for accounts that may have foreign data, and for no others", async () => {
    const { port } = await secureServer({}, { account: { allowForeignData: true } });
    const allowed = await secureLogin(port);
    expect((await allowed.command("FEAT")).text).toMatch(/CPSV[^]*SSCN/);
    expect((await allowed.command("SSCN")).text).toContain("SSCN:SERVER METHOD");
    expect((await allowed.command("SSCN ON")).text).toContain("SSCN:CLIENT METHOD");
    expect((await allowed.command("SSCN")).text).toContain("SSCN:CLIENT METHOD");
    expect((await allowed.command("SSCN OFF")).text).toContain("SSCN:SERVER METHOD");
    expect(await allowed.code("SSCN MAYBE")).toBe(501);
    expect(await allowed.code("CPSV")).toBe(227);
    const plain = await secureServer();
    const refused = await secureLogin(plain.port);
    expect((await refused.command("FEAT")).text).not.toMatch(/CPSV|SSCN/);
    for (const command of ["SSCN ON", "CPSV"]) {
      const { code, text } = await refused.command(command);
      expect(code).toBe(504);
      expect(text).toContain("not allowed to this account");
    }
  });

  it("waive the resumption for another address alone", async () => {
    const { port, server, storage } = await secureServer({}, { account: { allowForeignData: true } });
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port);
    await privateData(session);
    for (const [from, moves] of [
      ["127.0.0.9", true],
      ["127.0.0.1", false],
    ] as const) {
      const failed = moves ? undefined : nextEvent(server, "tls-failed");
      const data = await session.passive({ localAddress: from });
      expect(await session.code("RETR a")).toBe(150);
      const connection: TLSSocket = await session.secureData(data, { session: undefined });
      expect(connection.isSessionReused()).toBe(false);
      expect((await readAll(connection)).toString()).toBe(moves ? "hello" : "");
      connection.end();
      expect((await session.reply()).code).toBe(moves ? 226 : 522);
      if (failed !== undefined) expect(await failed).toMatchObject({ connection: "data" });
    }
  });

  it("give another server no session that would pass for the client's", async () => {
    const { port, storage } = await secureServer({}, { account: { allowForeignData: true } });
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port);
    await privateData(session);
    const data = await session.passive({ localAddress: "127.0.0.9" });
    expect(await session.code("RETR a")).toBe(150);
    const foreign = await session.secureData(data, { session: undefined });
    let stolen: Buffer | undefined;
    foreign.on("session", (given: Buffer) => (stolen = given));
    expect((await readAll(foreign)).toString()).toBe("hello");
    foreign.end();
    expect((await session.reply()).code).toBe(226);
    stolen ??= foreign.getSession();
    const here = await session.passive();
    expect(await session.code("RETR a")).toBe(150);
    const thief = await session.secureData(here, { session: stolen });
    expect(thief.isSessionReused()).toBe(false);
    expect((await readAll(thief)).toString()).toBe("");
    expect((await session.reply()).code).toBe(522);
  });

  it("take nobody but the client on a passive port without the permission", async () => {
    const { port, storage } = await secureServer({}, { limits: { dataConnectionTimeout: 300 } });
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port);
    await privateData(session);
    // The reset may come before Node tells of the connection.
    const data = await session.passive({ localAddress: "127.0.0.9" }).catch(() => undefined);
    expect(await session.code("RETR a")).toBe(150);
    if (data?.closed === false) await once(data, "close");
    expect((await session.reply()).code).toBe(425);
  });

  it("fail as a handshake does when the peer speaks no TLS", async () => {
    const { port, server, storage } = await secureServer({}, { account: { allowForeignData: true } });
    await putFile(storage, "/a", "hello");
    const session = await secureLogin(port);
    await privateData(session);
    expect(await session.code("SSCN ON")).toBe(200);
    const peer = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.end("this is no handshake\r\n");
    }).listen(0, "127.0.0.9");
    onTestFinished(() => void peer.close());
    await once(peer, "listening");
    const address = peer.address();
    const number = typeof address === "object" && address !== null ? address.port : 0;
    expect(await session.code(`PORT 127,0,0,9,${number >> 8},${number & 255}`)).toBe(200);
    const failed = nextEvent(server, "tls-failed");
    expect(await session.code("RETR a")).toBe(125);
    expect([425, 522]).toContain((await session.reply()).code);
    expect(await failed).toMatchObject({ connection: "data" });
    expect(await session.code("NOOP")).toBe(200);
  });
});
