/** SSCN and CPSV on the wire: the server as TLS's client on data connections, for transfers between servers. */
import { connect } from "node:net";
import { once } from "node:events";
import { createSecureContext, TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { putFile, startServer } from "./server-fixture.ts";
import { RawSession, readAll } from "./raw-session.ts";
import { own, privateData, secureLogin, secureServer } from "./tls-fixture.ts";

/** What TLS's server on a data connection reads. */
async function readAsServer(port: number): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  await once(socket, "connect");
  const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(own) });
  secure.on("error", () => undefined);
  return (await readAll(secure)).toString();
}

describe("transfers between servers under TLS", () => {
  it("are offered by FEAT, and SSCN chooses the end", async () => {
    const { port, storage } = await secureServer({}, { allowForeignData: true });
    await putFile(storage, "/f", "between");
    const session = await secureLogin(port);
    expect((await session.command("FEAT")).text).toMatch(/\r\n CPSV\r\n[\s\S]* SSCN\r\n/);
    expect((await session.command("SSCN")).text).toBe("200 SSCN:SERVER METHOD\r\n");
    expect((await session.command("SSCN ON")).text).toBe("200 SSCN:CLIENT METHOD\r\n");
    expect(await session.code("SSCN MAYBE")).toBe(501);
    await privateData(session);
    const data = Number(/\|(\d+)\|/.exec((await session.command("EPSV")).text)?.[1]);
    const read = readAsServer(data);
    expect(await session.code("RETR f")).toBe(150);
    expect(await read).toBe("between");
    expect((await session.reply()).code).toBe(226);
    expect((await session.command("SSCN OFF")).text).toBe("200 SSCN:SERVER METHOD\r\n");
  });

  it("go by CPSV for one data connection", async () => {
    const { port, storage } = await secureServer({}, { allowForeignData: true });
    await putFile(storage, "/f", "once");
    const session = await secureLogin(port);
    await privateData(session);
    const numbers = (/\(([\d,]+)\)/.exec((await session.command("CPSV")).text)?.[1] ?? "").split(",").map(Number);
    const read = readAsServer((numbers[4] ?? 0) * 256 + (numbers[5] ?? 0));
    expect(await session.code("RETR f")).toBe(150);
    expect(await read).toBe("once");
    expect((await session.reply()).code).toBe(226);
  });

  it("are refused to those who may not, before TLS, and where there is none", async () => {
    const { port } = await secureServer();
    const session = await secureLogin(port);
    expect((await session.command("FEAT")).text).not.toMatch(/SSCN|CPSV/);
    expect([await session.code("SSCN ON"), await session.code("CPSV")]).toEqual([504, 504]);
    const allowing = await secureServer({}, { allowForeignData: true });
    const clear = await RawSession.logIn(allowing.port);
    expect([await clear.code("SSCN ON"), await clear.code("CPSV")]).toEqual([503, 503]);
    clear.close();
    const without = await RawSession.logIn((await startServer({ allowForeignData: true })).port);
    expect([await without.code("SSCN"), await without.code("CPSV")]).toEqual([502, 502]);
    without.close();
  });
});
