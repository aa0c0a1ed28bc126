/** Names in a charset that is not UTF-8. */
import { describe, expect, it } from "vitest";
import { decodeOctetText } from "../../src/protocol/index.ts";
import { FtpClient } from "../../src/ftp-client/index.ts";
import type { FtpServerOptions } from "../../src/ftp-server/index.ts";
import { passive, startScripted } from "../ftp-client/scripted-server.ts";
import { cyrillic } from "../support/cyrillic.ts";
import { RawSession } from "./raw-session.ts";
import { putFile, readFile, startServer, type Fixture } from "./server-fixture.ts";

/** In the charset, with Telnet's mark doubled. */
function wire(text: string): Buffer {
  const bytes = Buffer.from(cyrillic.encode(text) ?? "");
  return Buffer.from(bytes.toString("latin1").replaceAll("\xff", "\xff\xff"), "latin1");
}

const start = (own: "server" | "listener", more: Partial<FtpServerOptions> = {}): Promise<Fixture> =>
  startServer(
    own === "server"
      ? { nameCodec: cyrillic, ...more }
      : { listeners: [{ host: "127.0.0.1", port: 0, nameCodec: cyrillic }], ...more },
  );

describe("a server with another charset", () => {
  it("takes and gives names in it once a client leaves UTF-8", async () => {
    const { port, storage } = await start("server");
    await putFile(storage, "/моя", "content");
    const session = await RawSession.logIn(port);
    expect(await session.code("SIZE моя")).toBe(213);
    expect(await session.code("OPTS UTF8 OFF")).toBe(200);
    session.send(wire("SIZE моя\r\n"));
    expect((await session.reply()).code).toBe(213);
    expect(await session.code("SIZE моя")).toBe(501);
    for (const verb of ["NLST", "MLSD", "LIST"]) {
      const { bytes } = await session.download(verb);
      expect(cyrillic.decode(bytes), verb).toContain("моя\r\n");
    }
    expect(await session.code("OPTS UTF8 ON")).toBe(200);
    expect((await session.download("NLST")).bytes.toString()).toBe("моя\r\n");
  });

  it("says names in it in replies, Telnet's mark doubled", async () => {
    const { port } = await start("listener");
    const session = await RawSession.logIn(port);
    session.socket.setEncoding("latin1");
    session.chunks.length = 0;
    session.send(wire("MKD я\r\n"));
    await session.reply();
    expect(session.chunks.join("")).toContain('257 "/\xff\xff"');
  });

  it("begins in it on a listener that has it, and comes back to it by REIN", async () => {
    const { port, storage } = await start("listener");
    const session = await RawSession.logIn(port);
    for (const round of ["first", "second"]) {
      const data = await session.passive();
      session.send(wire(`STOR имя-${round}\r\n`));
      expect((await session.reply()).code).toBe(150);
      data.end(round);
      data.resume();
      expect((await session.reply()).code).toBe(226);
      expect(await readFile(storage, `/имя-${round}`)).toBe(round);
      await session.command("OPTS UTF8 ON");
      expect(await session.code(`SIZE имя-${round}`)).toBe(213);
      await session.command("REIN");
      await session.command("USER me");
      await session.command("PASS secret");
    }
  });

  it("lists a name that it has no room for in UTF-8, and the others in its charset", async () => {
    const { port, storage } = await start("listener");
    for (const name of ["я", "日本", "а"]) await putFile(storage, `/${name}`, "");
    const session = await RawSession.logIn(port);
    const { bytes } = await session.download("NLST");
    const lines = bytes.toString("latin1").split("\r\n");
    expect(new Set(lines)).toEqual(new Set(["\xff", "\xe0", Buffer.from("日本").toString("latin1"), ""]));
  });

  it("is left by nobody where there is none", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    expect(await session.code("OPTS UTF8 OFF")).toBe(501);
    expect(await session.code("OPTS UTF8 ON")).toBe(200);
    expect(await session.code("OPTS UTF8")).toBe(200);
  });

  it("refuses CR NUL in names, as it refuses CR: no name holds one", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    expect(await session.code("MKD a\r\0b")).toBe(501);
  });
});

describe("a client with another charset", () => {
  it("uses it where the server does not tell UTF8", async () => {
    const { port, commands } = await startScripted((verb, _argument, session) => {
      if (verb === "FEAT") session.control.setEncoding("latin1");
      if (verb === "PWD") {
        session.control.write(wire('257 "/моя" here\r\n'));
        return "";
      }
      if (verb === "EPSV") {
        return passive(session, (data) =>
          data.end(Buffer.from(cyrillic.encode("-rw-r--r-- 1 o g 3 Jan 1 2020 имя\r\n") ?? "")),
        );
      }
      if (verb === "LIST") return "150 Here\r\n226 Done\r\n";
      return verb === "DELE" ? "250 Gone\r\n" : undefined;
    });
    const client = await FtpClient.connect({ host: "127.0.0.1", port, nameCodec: cyrillic });
    expect(await client.list()).toMatchObject([{ name: "имя" }]);
    expect(await client.pwd()).toBe("/моя");
    await client.remove("имя");
    expect(commands.at(-1)).toBe(`DELE ${wire("имя").toString("latin1")}`);
    await expect(client.remove("日本")).rejects.toThrow(RangeError);
    await client.close();
  });

  it("counts over UTF8 in FEAT: some servers tell that whatever their names are in", async () => {
    const { port, storage } = await startServer();
    const client = await FtpClient.connect({
      host: "127.0.0.1",
      port,
      user: "me",
      password: "secret",
      nameCodec: cyrillic,
    });
    await client.upload(Buffer.from("1"), "имя");
    expect(await readFile(storage, `/${decodeOctetText(cyrillic.encode("имя") ?? new Uint8Array(0))}`)).toBe("1");
    expect(await client.list()).toMatchObject([{ name: "имя" }]);
    await expect(client.upload(Buffer.from("1"), "日本")).rejects.toThrow(RangeError);
    await client.close();
  });
});
