/** LANG: replies in several languages (RFC 2640 §4). */
import { describe, expect, it } from "vitest";
import { commands } from "../../src/ftp-server/commands/index.ts";
import { loadLanguage } from "../../src/ftp-server/messages/load-language.ts";
import { languageTags } from "../../src/ftp-server/session/language.ts";
import { siteVerbNames, verbNames, type Catalogue } from "../../src/protocol/index.ts";
import { messageIds } from "../../src/protocol/ftp/messages/message-ids.ts";
import { MemoryStorage, mountedStorage, readOnlyStorage } from "../../src/storage/index.ts";
import { cyrillic } from "../support/cyrillic.ts";
import { RawSession } from "./raw-session.ts";
import { nextEvent, putFile, startServer } from "./server-fixture.ts";

const others = languageTags.filter((tag) => tag !== "en");

/** What each language says when it is chosen. */
const chosen = {
  en: "Replies are in English",
  es: "Las respuestas están en español",
  ja: "応答は日本語です",
  ko: "응답은 한국어로 보냅니다",
  sv: "Svaren är på svenska",
} as const;

const featureOf = async (session: RawSession): Promise<string | undefined> =>
  /^ (LANG .*)\r$/m.exec((await session.command("FEAT")).text)?.[1];

describe("LANG", () => {
  it.each(languageTags)("chooses %s before the login, and answers in it", async (tag) => {
    const { port } = await startServer();
    const session = await RawSession.open(port);
    expect((await session.command(`LANG ${tag}`)).text).toBe(`200 ${chosen[tag]}\r\n`);
    expect(await featureOf(session)).toBe(
      `LANG ${languageTags.map((one) => one.toUpperCase() + (one === tag ? "*" : "")).join(";")}`,
    );
    session.close();
  });

  it.each([
    ["sv-SE", "sv"],
    ["KO", "ko"],
    ["es-419", "es"],
    ["ja-Jpan-JP", "ja"],
    ["en-GB", "en"],
  ] as const)("takes %s for %s", async (tag, language) => {
    const { port } = await startServer();
    const session = await RawSession.open(port);
    expect((await session.command(`LANG ${tag}`)).text).toBe(`200 ${chosen[language]}\r\n`);
    session.close();
  });

  it("goes back to English without a tag, and by REIN", async () => {
    const { port } = await startServer();
    const session = await RawSession.open(port);
    expect(await featureOf(session)).toBe("LANG EN*;ES;JA;KO;SV");
    await session.command("LANG sv");
    expect((await session.command("LANG")).text).toBe(`200 ${chosen.en}\r\n`);
    expect((await session.command("NOOP")).text).toBe("200 Okay\r\n");
    await session.command("LANG sv");
    expect((await session.command("NOOP")).text).toBe("200 Uppfattat\r\n");
    expect((await session.command("REIN")).code).toBe(220);
    expect((await session.command("NOOP")).text).toBe("200 Okay\r\n");
    session.close();
  });

  it("stays through a login, and concerns no other session", async () => {
    const { port } = await startServer();
    const session = await RawSession.open(port);
    const other = await RawSession.open(port);
    await session.command("LANG es");
    expect((await session.command("USER me")).text).toBe("331 Se necesita la contraseña\r\n");
    expect((await session.command("PASS secret")).text).toBe("230 Sesión iniciada\r\n");
    expect((await other.command("USER me")).text).toBe("331 Password required\r\n");
    session.close();
    other.close();
  });

  it("answers 504 for a language that is not there, 501 for what is no tag, and keeps what was chosen", async () => {
    const { port } = await startServer();
    const session = await RawSession.open(port);
    await session.command("LANG ko");
    for (const [tag, code] of Object.entries({
      fr: 504,
      "i-default": 504,
      e: 504,
      english: 504,
      "e n": 501,
      sv_SE: 501,
      "sv-": 501,
      [`en${"-abc".repeat(20)}`]: 501,
    })) {
      expect(await session.code(`LANG ${tag}`), tag).toBe(code);
    }
    expect(await featureOf(session)).toBe("LANG EN;ES;JA;KO*;SV");
    session.close();
  });

  it("answers in the order of the commands, though a catalogue is read meanwhile", async () => {
    const { port } = await startServer();
    const session = await RawSession.open(port);
    session.send("NOOP\r\nLANG ja\r\nNOOP\r\n");
    const texts = [await session.reply(), await session.reply(), await session.reply()].map(({ text }) => text);
    expect(texts).toEqual(["200 Okay\r\n", `200 ${chosen.ja}\r\n`, "200 了解しました\r\n"]);
    session.close();
  });

  it("keeps a restart offset for the transfer that follows", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "0123456789");
    const session = await RawSession.logIn(port);
    await session.command("TYPE I");
    await session.command("REST 4");
    await session.command("LANG sv");
    expect((await session.download("RETR a")).bytes.toString()).toBe("456789");
    session.close();
  });
});

describe("in another language", () => {
  it("a file's name that holds braces is told as it is", async () => {
    const { port } = await startServer();
    const session = await RawSession.logIn(port);
    await session.command("LANG sv");
    expect((await session.command("DELE {path}{limit}")).text).toBe(
      "550 /{path}{limit}: filen eller katalogen finns inte\r\n",
    );
    session.close();
  });

  it("what the application says is sent as it is, and events are in English", async () => {
    const { port, server } = await startServer({ account: { welcome: "Logged in" } });
    const session = await RawSession.open(port);
    await session.command("LANG ko");
    await session.command("USER me");
    expect((await session.command("PASS secret")).text).toBe("230 Logged in\r\n");
    const refusal = nextEvent(server, "refusal");
    expect((await session.command("DELE a")).text).toBe("550 /a: 그런 파일이나 디렉터리가 없습니다\r\n");
    expect((await refusal).message).toBe("/a: no such file or directory");
    session.close();
  });

  it("replies are in English where the charset of the session has no letters for it", async () => {
    const { port } = await startServer({ nameCodec: cyrillic });
    const session = await RawSession.open(port);
    await session.command("LANG ko");
    await session.command("OPTS UTF8 OFF");
    expect((await session.command("NOOP")).text).toBe("200 Okay\r\n");
    await session.command("OPTS UTF8 ON");
    expect((await session.command("NOOP")).text).toBe("200 알겠습니다\r\n");
    session.close();
  });

  it("errors of a mounted storage name the path as the session knows it", async () => {
    const { port } = await startServer({ storage: mountedStorage(new MemoryStorage(), { "/m": new MemoryStorage() }) });
    const session = await RawSession.logIn(port);
    await session.command("LANG sv");
    expect((await session.command("DELE m/a")).text).toBe("550 /m/a: filen eller katalogen finns inte\r\n");
    expect((await session.command("RMD m")).text).toBe("550 /m: åtkomst nekad\r\n");
    session.close();
  });

  it.each(others)("programs read in %s what they read in English", async (tag) => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "content");
    const session = await RawSession.logIn(port);
    await session.command(`LANG ${tag}`);
    await session.command("TYPE I");
    expect((await session.command("SIZE a")).text).toBe("213 7\r\n");
    expect((await session.command("PWD")).text).toMatch(/^257 "\/"/);
    expect((await session.command('MKD q"')).text).toMatch(/^257 "\/q"""/);
    expect((await session.command("EPSV")).text).toMatch(/^229 .*\(\|\|\|\d+\|\)/);
    expect((await session.command("PASV")).text).toMatch(/^227 .*\(127,0,0,1,\d+,\d+\)/);
    expect((await session.command("MFMT 20200101000000 a")).text).toBe("213 Modify=20200101000000; /a\r\n");
    expect((await session.command("MLST a")).text).toMatch(/\r\n [^ ]*Size=7;[^ ]* \/a\r\n/);
    expect((await session.command("SYST")).text).toBe("215 UNIX Type: L8\r\n");
    expect((await session.download("RETR a")).first.text).toContain("(7 bytes)");
    expect((await session.upload("STOU b", "")).first.text).toMatch(/^150 FILE: b\.\w+\r\n$/);
    expect((await session.command("FEAT")).text).toMatch(/\r\n211 End\r\n$/);
    session.close();
  });
});

/** Finds the message that a line was made of, in English, though the language has other words for it. */
function englishIn(catalogue: Catalogue): (line: string) => string | undefined {
  const patterns = messageIds
    .filter((id) => catalogue[id] !== id)
    .map((id) => ({
      id,
      pattern: new RegExp(
        `^${id
          .split(/\{\w+\}/)
          .map(escaped)
          .join(".+")}$`,
      ),
    }));
  return (line) => patterns.find(({ pattern }) => pattern.test(line))?.id;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** Lines of a reply without their code. FEAT's end is the same in every language (RFC 2389 §3.2). */
const linesOf = (text: string): string[] =>
  text
    .split("\r\n")
    .map((line) => line.replace(/^\d{3}[ -]/, ""))
    .filter((line) => line !== "" && line !== "End");

/** Arguments that most verbs refuse in one way or another. */
const trials = ["", " x", " 9", " 20200101000000 x", ' "a" "b"', " /a/..\u007f", " RETR a", " 0 0", " |9|x|1|", " a"];

/** A session's ordinary course, with what goes wrong in it. */
const course = [
  ...["USER you", "PASS x", "USER me", "PASS secret", "PASS x", "ACCT x", "TYPE I", "MODE Z", "MODE S", "STRU F"],
  ...["MKD d", "MKD d", "CWD d", "PWD", "CDUP", "RMD d", "DELE d", "RNFR a", "RNTO c", "RNTO c", "SIZE c", "MDTM c"],
  ...["REST 5", "RANG 0 2", "HASH c", "RANG 1 0", "XCRC c", "ALLO 5", "STAT", "STAT c", "STAT /", "MLST c", "ABOR"],
  ...["SITE CHMOD 600 c", "SITE UMASK", "SITE UTIME 202001010000 c", "SITE COPY c e", "SITE CPFR c", "SITE CPTO f"],
  ...["SITE IDLE 60", "SITE IDLE 999999", "SITE WHO", "SITE HELP", "SITE SYMLINK c l", "SITE SYMLINK ../x l"],
  ...["COMB e f", "COMB e c c", "OPTS UTF8 ON", "OPTS MODE Z LEVEL 3", "OPTS MLST size;", "OPTS HASH MD5"],
  ...["OPTS XYZZY", "HELP", "CSID x", "CLNT x", "AVBL", "EPSV ALL", "PASV", "XYZZY", "QUIT"],
];

describe.each(others)("a session in %s", (tag) => {
  it("hears no English where there are other words, whatever it sends", { timeout: 60_000 }, async () => {
    const { catalogue } = await loadLanguage(tag);
    if (catalogue === undefined) throw new Error("no catalogue");
    const english = englishIn(catalogue);
    expect(["Okay", "/a deleted"].map(english)).toEqual(["Okay", "{path} deleted"]);
    const wrong: string[] = [];
    const look = (line: string, text: string): void => {
      for (const one of linesOf(text)) {
        // In scripts other than Latin, any two words of Latin letters are suspect, whether the catalogue has them or not.
        const latin = (tag === "ja" || tag === "ko") && /[a-z]{2,} [a-z]{2,}/.test(one.replace(/<[^>]*>/g, ""));
        if (latin || english(one) !== undefined) wrong.push(`${line}: ${one}`);
      }
    };
    const storage = new MemoryStorage();
    await putFile(storage, "/a", "content");
    const told = async (session: RawSession, line: string): Promise<void> => {
      look(line, (await session.command(line)).text);
    };
    const { port } = await startServer({
      storage,
      account: { seesSessions: true },
      limits: { dataConnectionTimeout: 20 },
    });
    const out = await RawSession.open(port);
    await out.command(`LANG ${tag}`);
    for (const verb of verbNames) {
      if (commands[verb].phase !== "any") await told(out, `${verb} a`);
      await told(out, `HELP ${verb}`);
    }
    for (const line of course) await told(out, line);
    for (const verb of [...verbNames, ...siteVerbNames.map((name) => `SITE ${name}`)]) {
      if (["QUIT", "REIN", "LANG", "PASS", "ACCT", "USER", "AUTH"].includes(verb)) continue;
      const session = await RawSession.logIn(port);
      await session.command(`LANG ${tag}`);
      for (const trial of trials) {
        const { code, text } = await session.command(verb + trial);
        look(verb + trial, text);
        if (code === 150 || code === 125) look(verb + trial, (await session.reply()).text);
      }
      await told(session, `SITE HELP ${verb.replace("SITE ", "")}`);
      session.close();
    }
    expect(wrong).toEqual([]);
  });

  it("hears no English of transfers and of a storage that is read-only", async () => {
    const { catalogue } = await loadLanguage(tag);
    if (catalogue === undefined) throw new Error("no catalogue");
    const english = englishIn(catalogue);
    const inner = new MemoryStorage();
    await putFile(inner, "/a", "content");
    const { port } = await startServer({ storage: readOnlyStorage(inner) });
    const session = await RawSession.logIn(port);
    await session.command(`LANG ${tag}`);
    const heard: string[] = [];
    for (const line of ["RETR a", "LIST", "NLST", "MLSD"]) {
      const { first, last } = await session.download(line);
      heard.push(first.text, last.text);
    }
    for (const line of ["DELE a", "MKD d", "MFMT 20200101000000 a", "AVBL", "RETR b", "STOR c", "RETR /"]) {
      heard.push((await session.command(line)).text);
    }
    expect(heard.flatMap(linesOf).filter((line) => english(line) !== undefined)).toEqual([]);
    session.close();
  });
});
