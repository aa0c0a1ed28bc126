import { describe, expect, it, onTestFinished } from "vitest";
import { FtpClient, FtpReplyError, type FtpClientOptions } from "../../src/ftp-client/index.ts";
import type { NameCodec } from "../../src/protocol/index.ts";
import { passive, startScripted, type Script } from "./scripted-server.ts";

async function connect(
  script: Script,
  options: FtpClientOptions = {},
): Promise<{ client: FtpClient; commands: string[]; chunks: string[] }> {
  const { port, commands, chunks } = await startScripted(script);
  const client = await FtpClient.connect({ host: "127.0.0.1", port, replyTimeout: 5_000, ...options });
  onTestFinished(() => client.destroy());
  return { client, commands, chunks };
}

const latin1: NameCodec = {
  decode: (bytes) => Buffer.from(bytes).toString("latin1"),
  encode: (text) => (/^[\0-\xff]*$/.test(text) ? Buffer.from(text, "latin1") : undefined),
};
const features = "211-Features\r\n UTF8\r\n SIZE\r\n REST STREAM\r\n211 End\r\n";

describe("a charset that was named", () => {
  it("counts over UTF8 in FEAT, for names both ways", async () => {
    const names: string[] = [];
    const { client, commands } = await connect(
      (verb, argument, session) => {
        if (verb === "FEAT") return features;
        if (verb === "OPTS") return "501 UTF8 is always on\r\n";
        if (verb === "PWD") return '257 "/"\r\n';
        if (verb === "EPSV")
          return passive(session, (data) =>
            data.end(Buffer.from("-rw-r--r-- 1 a b 1 Jan 1 2020 \xe4.txt\r\n", "latin1")),
          );
        if (verb === "LIST") return "150 Here\r\n226 Done\r\n";
        if (verb !== "DELE") return undefined;
        names.push(argument);
        return "250 Gone\r\n";
      },
      { nameCodec: latin1 },
    );
    const [entry] = await client.list();
    expect(entry?.name).toBe("\xe4.txt");
    await client.remove(entry?.name ?? "");
    // The script reads UTF-8: the octet E4 is none.
    expect(names).toEqual(["\ufffd.txt"]);
    expect(commands).not.toContain("OPTS UTF8 ON");
  });

  it("is UTF-8 where none was named", async () => {
    const { commands } = await connect((verb) =>
      verb === "FEAT" ? features : verb === "OPTS" ? "200 On\r\n" : undefined,
    );
    expect(commands).toContain("OPTS UTF8 ON");
  });
});

describe("the path of a 257", () => {
  it("is decoded by itself where the text around it is in another charset", async () => {
    const path = Buffer.from("/gr\u00fc\u00dfe");
    const { client } = await connect((verb, _, session) => {
      if (verb !== "PWD") return undefined;
      const around = [Buffer.from('257 "'), path, Buffer.from('" ist das gew\xfcnschte Verzeichnis\r\n', "latin1")];
      session.control.write(Buffer.concat(around));
      return "";
    });
    expect(await client.pwd()).toBe("/gr\u00fc\u00dfe");
  });
});

/** A server that takes no STOR behind REST, and has this much of the file. */
function hiding(size: number, stored: string[]): Script {
  return (verb, _, session) => {
    if (verb === "FEAT") return features;
    if (verb === "OPTS") return "200 On\r\n";
    if (verb === "SIZE") return `213 ${size + stored.join("").length}\r\n`;
    if (verb === "REST") return "350 Restarting\r\n";
    if (verb === "STOR") return "501 REST not compatible with server configuration\r\n";
    if (verb === "EPSV") {
      return passive(session, (data) => {
        data.setEncoding("utf8").on("data", (text: string) => stored.push(text));
        data.on("end", () => {
          data.end();
          if (stored.length > 0) session.send("226 Done\r\n");
        });
      });
    }
    return verb === "APPE" ? "150 Go on\r\n" : undefined;
  };
}

describe("an upload that goes on where the server refuses REST before STOR", () => {
  it("is appended where the file there has exactly what is skipped", async () => {
    const stored: string[] = [];
    const { client, commands } = await connect(hiding(4, stored));
    expect(await client.upload(Buffer.from("0123456789"), "a", { resume: true })).toMatchObject({
      offset: 4,
      bytes: 6,
    });
    expect(stored.join("")).toBe("456789");
    expect(commands).toContain("APPE a");
  });

  it("is refused where the file there has another size", async () => {
    const stored: string[] = [];
    const { client } = await connect(hiding(5, stored));
    await expect(client.upload(Buffer.from("456789"), "a", { offset: 4 })).rejects.toBeInstanceOf(FtpReplyError);
    expect(stored).toEqual([]);
  });
});
