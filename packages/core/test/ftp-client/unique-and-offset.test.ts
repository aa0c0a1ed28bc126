/** Uploads under a name of the server's, uploads into the middle of a file, and the kind of data connection by the way. */
import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient } from "../../src/ftp-client/index.ts";
import { FtpServer } from "../../src/ftp-server/index.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { readFile } from "../ftp-server/server-fixture.ts";
import { startScripted } from "./scripted-server.ts";

async function start(): Promise<{ client: FtpClient; storage: MemoryStorage; sent: string[] }> {
  const storage = new MemoryStorage();
  const server = new FtpServer({
    accounts: { login: () => ({ name: "me", storage }) },
    listeners: [{ host: "127.0.0.1", port: 0 }],
  });
  await server.start();
  const port = server.addresses[0]?.port ?? 0;
  const client = await FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "x" });
  const sent: string[] = [];
  client.on("command", ({ verb, argument }) => sent.push(argument === undefined ? verb : `${verb} ${argument}`));
  onTestFinished(async () => {
    await client.close();
    await server.stop();
  });
  return { client, storage, sent };
}

describe("uploadUnique", () => {
  it("stores under a name that the server tells, twice under two", async () => {
    const { client, storage } = await start();
    const first = await client.uploadUnique(Buffer.from("one"));
    const second = await client.uploadUnique(Buffer.from("two"));
    expect(first.path).not.toBe(second.path);
    expect((await readFile(storage, `/${first.path}`)).toString()).toBe("one");
    expect((await readFile(storage, `/${second.path}`)).toString()).toBe("two");
  });

  it.each([
    ["150 FILE: upload.0001", "226 Done", "upload.0001"],
    ["150 Opening data connection", "226 Transfer complete (unique file name:up.1)", "up.1"],
    ["150 Opening data connection", "226 Done", undefined],
  ])("reads the name in %s and %s", async (preliminary, completion, name) => {
    let over: () => void = () => undefined;
    const { port } = await startScripted((verb, _argument, session) => {
      if (verb === "EPSV") {
        void session
          .listen((data) => data.resume().on("end", () => over()))
          .then((listening) => session.send(`229 Here (|||${listening}|)\r\n`));
        return "";
      }
      if (verb !== "STOU") return undefined;
      over = () => session.send(`${completion}\r\n`);
      return `${preliminary}\r\n`;
    });
    const client = await FtpClient.connect({ host: "127.0.0.1", port, user: "me", password: "x" });
    onTestFinished(() => client.destroy());
    const upload = client.uploadUnique(Buffer.from("one"));
    if (name === undefined) await expect(upload).rejects.toThrow("did not tell the name");
    else expect((await upload).path).toBe(name);
  });

  it("tells a wish for the name, and refuses what needs a name that is known", async () => {
    const { client, sent } = await start();
    const { path } = await client.uploadUnique(Buffer.from("one"), "report");
    expect(path).toMatch(/^report/);
    expect(sent).toContain("STOU report");
    await expect(client.uploadUnique(Buffer.from("x"), "", { resume: true })).rejects.toThrow(RangeError);
    await expect(client.uploadUnique(Buffer.from("x"), "", { offset: 3 })).rejects.toThrow(RangeError);
    await expect(client.uploadUnique(Buffer.from("x"), "", { verify: true })).rejects.toThrow(RangeError);
  });
});

describe("upload with an offset", () => {
  it("leaves what is before it, by REST", async () => {
    const { client, storage, sent } = await start();
    await client.upload(Buffer.from("0123456789"), "file");
    const { bytes, offset } = await client.upload(Buffer.from("abcdefghij"), "file", { offset: 4 });
    expect({ bytes, offset }).toEqual({ bytes: 6, offset: 4 });
    expect(sent).toContain("REST 4");
    expect((await readFile(storage, "/file")).toString()).toBe("0123efghij");
    await expect(client.upload(Buffer.from("x"), "file", { offset: 1, type: "ascii" })).rejects.toThrow(RangeError);
  });
});

describe("dataMode", () => {
  it("changes between two transfers", async () => {
    const { client, sent } = await start();
    expect(client.dataMode).toBe("auto");
    await client.list();
    client.dataMode = "active";
    await client.list();
    client.dataMode = "pasv";
    await client.list();
    expect(sent.filter((line) => /^(?:EPSV|PORT|PASV)/.test(line)).map((line) => line.slice(0, 4))).toEqual([
      "EPSV",
      "PORT",
      "PASV",
    ]);
  });
});
