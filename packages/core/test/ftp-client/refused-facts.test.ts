import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, FtpReplyError, FtpPool, FtpStorage } from "../../src/ftp-client/index.ts";
import { resolveVirtualPath, rootPath } from "../../src/storage/index.ts";
import { passive, startScripted, type Script } from "./scripted-server.ts";

/** A server with one file in `/d`, whose MLSD or MLST are refused. */
function server(
  replies: Readonly<Record<string, string>>,
  listing = "-rw-r--r-- 1 a b 7 Jan  1  2020 a.txt\r\n",
): Script {
  let here = "/";
  return (verb, argument, session) => {
    const said = replies[verb];
    if (said !== undefined) return said;
    switch (verb) {
      case "FEAT":
        return "211-Features\r\n MLST type*;size*;\r\n SIZE\r\n UTF8\r\n211 End\r\n";
      case "OPTS":
        return "200 Yes\r\n";
      case "PWD":
        return `257 "${here}"\r\n`;
      case "CWD":
        if (!["/", "/d"].includes(argument)) return "550 No such directory\r\n";
        here = argument;
        return "250 In\r\n";
      case "SIZE":
        return argument === "/d/a.txt" ? "213 7\r\n" : "550 Could not get file size\r\n";
      case "MDTM":
        return "213 20200101000000\r\n";
      case "EPSV":
        return passive(session, (data) => data.end(here === "/d" ? listing : "drwxr-xr-x 1 a b 0 Jan  1  2020 d\r\n"));
      case "LIST":
      case "NLST":
        return "150 Here\r\n226 Done\r\n";
      default:
        return undefined;
    }
  };
}

async function connect(script: Script): Promise<{ client: FtpClient; commands: string[] }> {
  const { port, commands } = await startScripted(script);
  const client = await FtpClient.connect({ host: "127.0.0.1", port, replyTimeout: 5_000 });
  onTestFinished(() => client.destroy());
  return { client, commands };
}

describe("MLSD that is announced and refused", () => {
  it.each([500, 501, 502, 503, 504, 550])("by %i leaves the word to LIST, for the whole session", async (code) => {
    const { client, commands } = await connect(server({ MLSD: `${code} No\r\n` }));
    for (let i = 0; i < 3; i++) expect((await client.list("/d")).map(({ name }) => name)).toEqual(["a.txt"]);
    expect(commands.filter((line) => line.startsWith("MLSD"))).toHaveLength(1);
  });

  it("by 550 for what is not there stays a refusal, and MLSD is asked again", async () => {
    const { client, commands } = await connect(server({ MLSD: "550 No such directory\r\n" }));
    for (let i = 0; i < 2; i++)
      await expect(client.list("/nothere")).rejects.toMatchObject({ code: 550, verb: "MLSD" });
    expect(commands.filter((line) => line.startsWith("MLSD"))).toHaveLength(2);
  });

  it("by 550 for a directory of which LIST shows nothing stays a refusal: it may be unreadable", async () => {
    const { client } = await connect(server({ MLSD: "550 Permission denied\r\n" }, ""));
    await expect(client.list("/d")).rejects.toBeInstanceOf(FtpReplyError);
  });
});

describe("MLST", () => {
  it.each([500, 501, 504])("answered by %i for what is not there means that nothing is there", async (code) => {
    const { client } = await connect(server({ MLST: `${code} No\r\n`, MLSD: "500 What\r\n" }));
    expect(await client.exists("/d/b.txt")).toBe(false);
    expect(await client.stat("/d/a.txt")).toMatchObject({ kind: "file", size: 7 });
    expect(await client.stat("/d")).toMatchObject({ kind: "directory" });
  });

  it("answered by 501 lets a storage find nothing, so that a mirror can make it", async () => {
    const { port } = await startScripted(server({ MLST: "501 No\r\n", MLSD: "500 What\r\n" }));
    await using pool = new FtpPool({ host: "127.0.0.1", port });
    const storage = new FtpStorage(pool);
    const path = resolveVirtualPath(rootPath, "/d/new");
    await expect(storage.stat(path)).rejects.toMatchObject({ kind: "not-found" });
  });

  it.each(["  ", "    ", "\t", " \t"])("with %j before the facts is understood", async (blanks) => {
    const line = `${blanks}type=file;size=6;modify=20200101000000; a.txt`;
    const { client } = await connect(server({ MLST: `250-Here\r\n${line}\r\n250 End\r\n` }));
    expect(await client.stat("/d/a.txt")).toMatchObject({ name: "a.txt", kind: "file", size: 6 });
  });

  it("with blanks after the facts tells the name that was asked for", async () => {
    const { client } = await connect(server({ MLST: "250-Here\r\n type=file;size=6;   a.txt\r\n250 End\r\n" }));
    expect(await client.stat("/d/a.txt")).toMatchObject({ name: "a.txt", size: 6 });
  });

  it("without facts tells nothing, and another look does", async () => {
    const { client } = await connect(server({ MLST: "250-Here\r\n  a.txt\r\n250 End\r\n" }));
    expect(await client.stat("/d/a.txt")).toMatchObject({ kind: "file", size: 7 });
  });
});

describe("listings", () => {
  it.each(["550 No data sets found", "550 No members found.", "550 No jobs found for ME"])(
    "refused by %j are empty",
    async (text) => {
      const { client } = await connect(server({ MLSD: "500 What\r\n", LIST: `${text}\r\n` }));
      expect(await client.list()).toEqual([]);
    },
  );

  it("of names leave out the directory itself and the one above", async () => {
    const names = ".\r\n..\r\n.hidden\r\n...\r\na\r\n";
    const { client } = await connect(server({}, names));
    expect(await client.names("/d")).toEqual([".hidden", "...", "a"]);
    const prefixed = await connect(server({}, "/d/.\r\n/d/..\r\n/d/a\r\n"));
    expect(await prefixed.client.names("/d")).toEqual(["a"]);
  });

  const padded = (content: string): Script => {
    const script = server({ MLSD: "150 Here\r\n226 Done\r\n" });
    return (verb, argument, session) =>
      verb === "EPSV" ? passive(session, (data) => data.end(content)) : script(verb, argument, session);
  };

  it("by MLSD with two blanks before every name are understood where . shows it", async () => {
    const { client } = await connect(padded("type=cdir;  .\r\ntype=file;size=1;  a\r\ntype=file;size=1;   b\r\n"));
    expect((await client.list()).map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("by MLSD keep the blanks that names begin with", async () => {
    const { client } = await connect(padded("type=cdir; .\r\ntype=file;size=1;  a\r\ntype=file;size=1;  b\r\n"));
    expect((await client.list()).map(({ name }) => name)).toEqual([" a", " b"]);
  });
});
