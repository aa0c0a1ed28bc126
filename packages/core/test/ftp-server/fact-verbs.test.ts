/** Verbs that tell and set facts: MDTM in both forms, MFCT, MFF, MLST, AVBL. */
import { describe, expect, it } from "vitest";
import { readOnly, readWrite } from "../../src/accounts/index.ts";
import { MemoryStorage, readOnlyStorage, resolveVirtualPath, rootPath } from "../../src/storage/index.ts";
import { withLocalFolder } from "../storage/local-folder.ts";
import { RawSession } from "./raw-session.ts";
import { putFile, startServer } from "./server-fixture.ts";

describe("times that FTP has no digits for", () => {
  it("are told as the nearest that it has, and spoil no listing", async () => {
    const { port, storage } = await startServer();
    for (const [name, time] of [
      ["far", 3e17],
      ["next", Date.UTC(10_000, 0, 1)],
      ["before", -3e17],
    ] as const) {
      await putFile(storage, `/${name}`, "x");
      await storage.setTimes?.(resolveVirtualPath(rootPath, `/${name}`), { modified: time });
    }
    const control = await RawSession.logIn(port);
    expect((await control.command("MDTM far")).text).toBe("213 99991231235959.999\r\n");
    expect((await control.command("MDTM before")).text).toBe("213 00000101000000\r\n");
    await control.command("OPTS MLST Modify;");
    const { bytes } = await control.download("MLSD");
    expect(bytes.toString()).toBe(
      "Modify=00000101000000; before\r\nModify=99991231235959.999; far\r\nModify=99991231235959.999; next\r\n",
    );
    expect((await control.command("STAT /")).text).toMatch(/Dec 31 {2}9999 far\r\n/);
    control.close();
  });
});

describe("MDTM", () => {
  it("sets a time, unless a file has that very name", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a b", "x");
    const control = await RawSession.logIn(port);
    expect((await control.command("MDTM 20200102030405 a b")).text).toBe("213 Modify=20200102030405; /a b\r\n");
    expect((await control.command("MDTM a b")).text).toBe("213 20200102030405\r\n");
    expect(await control.code("MDTM 20200102030405 none")).toBe(550);
    await putFile(storage, "/20300102030405 a b", "y");
    await control.command("MFMT 20010203040506 20300102030405 a b");
    expect((await control.command("MDTM 20300102030405 a b")).text).toBe("213 20010203040506\r\n");
    expect((await control.command("MDTM a b")).text).toBe("213 20200102030405\r\n");
    control.close();
  });

  it("sets and tells what the account may set and see", async () => {
    const storage = new MemoryStorage();
    await putFile(storage, "/a", "x");
    const { port } = await startServer({ storage, account: { permissions: readOnly } });
    const control = await RawSession.logIn(port);
    expect(await control.code("MDTM a")).toBe(213);
    expect(await control.code("MDTM 20200102030405 a")).toBe(550);
    control.close();
    const blind = await startServer({ storage, account: { permissions: { ...readWrite, list: false } } });
    const other = await RawSession.logIn(blind.port);
    expect(await other.code("MDTM a")).toBe(550);
    expect(await other.code("MDTM 20200102030405 a")).toBe(213);
    other.close();
  });

  it("is answered with 502 for setting, where the storage sets no times", async () => {
    const { port } = await startServer({ storage: readOnlyStorage(new MemoryStorage()) });
    const control = await RawSession.logIn(port);
    expect(await control.code("MDTM 20200102030405 a")).toBe(502);
    control.close();
  });
});

describe("MFCT and MFF", () => {
  it("set when a file was created, and several facts at once", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a b", "x");
    const control = await RawSession.logIn(port);
    expect((await control.command("FEAT")).text).toContain(" MFF Modify;Create;UNIX.mode;\r\n");
    expect((await control.command("MFCT 20010203040506 a b")).text).toBe("213 Create=20010203040506; /a b\r\n");
    expect((await control.command("MFF unix.mode=4600;modify=20200102030405; a b")).text).toBe(
      "213 Modify=20200102030405;UNIX.mode=0600; /a b\r\n",
    );
    await control.command("OPTS MLST modify;create;unix.mode;");
    expect((await control.command("MLST a b")).text).toContain(
      " Modify=20200102030405;Create=20010203040506;UNIX.mode=0600; /a b\r\n",
    );
    expect(await control.code("MFCT 20010203040506 none")).toBe(550);
    expect(await control.code("MFF Modify=20200102030405; none")).toBe(550);
    expect(await control.code("MFF Modify=20200102030405 none")).toBe(550);
    for (const line of ["MFF Modify=20200102030405;; none", "MFF ; none", "MFF none"]) {
      expect(await control.code(line)).toBe(501);
    }
    expect(await control.code("MFF Perm=adfrw; a b")).toBe(504);
    control.close();
  });

  it("set no creation time where the storage cannot, and then nothing else either", () =>
    withLocalFolder(async ({ storage }) => {
      const { port } = await startServer({ storage });
      await putFile(storage, "/a", "x");
      const control = await RawSession.logIn(port);
      const feat = (await control.command("FEAT")).text;
      expect(feat).toContain(" MFF Modify;UNIX.mode;\r\n");
      expect(feat).not.toContain("MFCT");
      expect(await control.code("MFCT 20010203040506 a")).toBe(502);
      expect(await control.code("MFF Create=20010203040506;Modify=20200102030405; a")).toBe(504);
      expect((await control.command("MDTM a")).text).not.toContain("20200102030405");
      control.close();
    }));
});

describe("MLST", () => {
  it("tells language, media type and character set where the storage knows them", async () => {
    const storage = new MemoryStorage();
    await putFile(storage, "/a", "x");
    const known = { language: "de-CH", mediaType: "text/plain", charset: "UTF-8; x" };
    const stat = storage.stat.bind(storage);
    storage.stat = async (path, options) => ({ ...(await stat(path, options)), ...known });
    const { port } = await startServer({ storage });
    const control = await RawSession.logIn(port);
    expect((await control.command("FEAT")).text).toContain("Lang;Media-Type;CharSet;UNIX.mode*;");
    expect((await control.command("OPTS MLST lang;media-type;charset;")).text).toBe(
      "200 MLST OPTS Lang;Media-Type;CharSet;\r\n",
    );
    // A value that would end its fact is left out.
    expect((await control.command("MLST a")).text).toContain("\r\n Lang=de-CH;Media-Type=text/plain; /a\r\n");
    control.close();
  });

  it("tells all that a local storage knows", () =>
    withLocalFolder(async ({ storage }) => {
      await putFile(storage, "/a", "12345");
      const { port } = await startServer({ storage });
      const control = await RawSession.logIn(port);
      await control.command("OPTS MLST type;size;modify;create;unique;perm;unix.mode;unix.owner;unix.uid;unix.gid;");
      expect((await control.command("MLST a")).text).toMatch(
        / Type=file;Size=5;Modify=[\d.]+;(Create=[\d.]+;)?Unique=\w+;Perm=adfrw;UNIX\.mode=0644;UNIX\.owner=[^;]+;UNIX\.uid=\d+;UNIX\.gid=\d+; \/a/,
      );
      control.close();
    }));
});

describe("AVBL", () => {
  it("tells how many octets can still be stored", async () => {
    const storage = new MemoryStorage({ maxBytes: 100 });
    await putFile(storage, "/a", "0123456789");
    await storage.makeDirectory(resolveVirtualPath(rootPath, "/folder"));
    const { port } = await startServer({ storage });
    const control = await RawSession.logIn(port);
    expect((await control.command("AVBL")).text).toBe("213 90\r\n");
    expect((await control.command("AVBL folder")).text).toBe("213 90\r\n");
    expect(await control.code("AVBL a")).toBe(550);
    expect(await control.code("AVBL none")).toBe(550);
    expect((await control.command("FEAT")).text).toContain(" AVBL\r\n");
    control.close();
  });
});
