/** What the server makes of files by itself: COMB, SITE COPY, SITE CPFR and CPTO, SITE SYMLINK. */
import { readlink, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readOnly, readWrite } from "../../src/accounts/index.ts";
import {
  LocalStorage,
  MemoryStorage,
  resolveVirtualPath,
  rootPath,
  type ReadableFile,
  type Storage,
} from "../../src/storage/index.ts";
import { withLocalFolder } from "../storage/local-folder.ts";
import { RawSession } from "./raw-session.ts";
import { putFile, readFile, startServer } from "./server-fixture.ts";

describe("COMB", () => {
  it("puts parts together, at the end of what is there, and deletes them", async () => {
    const { port, storage } = await startServer();
    for (const part of [1, 2, 3]) await putFile(storage, `/part ${part}`, `<${part}>`);
    const control = await RawSession.logIn(port);
    expect((await control.command('COMB "all of it" "part 1" "/part 2"')).text).toMatch(/^250 .*6 octets/);
    expect(await readFile(storage, "/all of it")).toBe("<1><2>");
    expect(await readFile(storage, "/part 1")).toBeUndefined();
    expect(await control.code('COMB "all of it" "part 3"')).toBe(250);
    expect(await readFile(storage, "/all of it")).toBe("<1><2><3>");
    control.close();
  });

  it("leaves all as it was when a part is missing, a folder, the target, or named twice", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a", "A");
    const control = await RawSession.logIn(port);
    await control.command("MKD folder");
    for (const parts of ["a none", "a folder", "a a", "a new"]) {
      expect([550, 553], parts).toContain(await control.code(`COMB new ${parts}`));
    }
    expect(await readFile(storage, "/new")).toBeUndefined();
    expect(await readFile(storage, "/a")).toBe("A");
    control.close();
  });

  it("takes no file for another of its names, which would be deleted or grow for ever", () =>
    withLocalFolder(async ({ root, storage }) => {
      const inPlace = new LocalStorage({ root, uploads: "in-place" });
      onTestFinished(() => inPlace.close());
      await putFile(storage, "/a", "content");
      await symlink("a", join(root, "alias"));
      for (const each of [storage, inPlace]) {
        const { port } = await startServer({ storage: each });
        const control = await RawSession.logIn(port);
        for (const line of ["COMB alias a", "COMB a alias", "COMB new a alias", "SITE COPY a alias"]) {
          expect(await control.code(line), line).toBe(553);
          expect(await readFile(storage, "/a"), line).toBe("content");
        }
        control.close();
      }
    }));

  it("needs all that it does to be allowed", async () => {
    for (const lacking of ["read", "remove", "create", "append"] as const) {
      const storage = new MemoryStorage();
      await putFile(storage, "/a", "A");
      await putFile(storage, "/there", "T");
      const { port } = await startServer({ storage, account: { permissions: { ...readWrite, [lacking]: false } } });
      const control = await RawSession.logIn(port);
      expect(await control.code(`COMB ${lacking === "append" ? "there" : "new"} a`), lacking).toBe(550);
      expect(await readFile(storage, "/a")).toBe("A");
      control.close();
    }
  });
});

describe("SITE COPY, SITE CPFR and SITE CPTO", () => {
  it("copy files", async () => {
    const { port, storage } = await startServer();
    await putFile(storage, "/a b", "content");
    const control = await RawSession.logIn(port);
    expect(await control.code('SITE COPY "a b" copy')).toBe(250);
    expect(await readFile(storage, "/copy")).toBe("content");
    expect(await control.code("SITE CPFR a b")).toBe(350);
    expect(await control.code("SITE CPTO other copy")).toBe(250);
    expect(await readFile(storage, "/other copy")).toBe("content");
    expect(await control.code("SITE CPTO again")).toBe(503);
    await control.command("SITE CPFR a b");
    await control.command("NOOP");
    expect(await control.code("SITE CPTO again")).toBe(503);
    await control.command("SITE CPFR a b");
    await control.command("SITE UMASK");
    expect(await control.code("SITE CPTO again")).toBe(503);
    expect(await control.code("SITE CPFR none")).toBe(550);
    expect(await control.code('SITE COPY "a b" "a b"')).toBe(553);
    expect(await control.code("SITE COPY / x")).toBe(550);
    expect(await control.code('SITE COPY "a b"')).toBe(501);
    control.close();
  });

  it("overwrite only where the account may, and read only what it may", async () => {
    const storage = new MemoryStorage();
    await putFile(storage, "/a", "A");
    await putFile(storage, "/b", "B");
    const { port } = await startServer({ storage, account: { permissions: { ...readWrite, overwrite: false } } });
    const control = await RawSession.logIn(port);
    expect(await control.code("SITE COPY a b")).toBe(550);
    expect(await control.code("SITE COPY a c")).toBe(250);
    control.close();
    const looking = await startServer({ storage, account: { permissions: readOnly } });
    const other = await RawSession.logIn(looking.port);
    expect(await other.code("SITE COPY a d")).toBe(550);
    other.close();
    expect(await readFile(storage, "/b")).toBe("B");
  });

  it("are ended by ABOR, with nothing left of the copy", async () => {
    const storage = new MemoryStorage();
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const slow: Storage = Object.assign(storage, {
      openRead: async (...given: Parameters<Storage["openRead"]>): Promise<ReadableFile> => {
        const file = await MemoryStorage.prototype.openRead.apply(storage, given);
        let reads = 0;
        return {
          read: async (into) => {
            if (reads++ > 0) await gate;
            return file.read(into.subarray(0, 10));
          },
          close: () => file.close(),
        };
      },
    });
    await putFile(storage, "/a", Buffer.alloc(100));
    const { port } = await startServer({ storage: slow });
    const control = await RawSession.logIn(port);
    control.send("SITE COPY a b\r\n");
    let told = "";
    while (!told.includes("SITE COPY /b: 10 octets so far")) told = (await control.command("STAT")).text;
    control.send("ABOR\r\n");
    await new Promise((resolve) => setTimeout(resolve, 20));
    go();
    expect((await control.reply()).code).toBe(426);
    expect((await control.reply()).code).toBe(226);
    expect(await readFile(storage, "/b")).toBeUndefined();
    control.close();
  });

  it("take no more of a file that grows than was reserved", async () => {
    const storage = new MemoryStorage();
    await putFile(storage, "/a", "12345");
    const growing: Storage = Object.assign(storage, {
      openRead: async (...given: Parameters<Storage["openRead"]>): Promise<ReadableFile> => {
        await putFile(storage, "/a", "12345 and more");
        return MemoryStorage.prototype.openRead.apply(storage, given);
      },
    });
    const { port } = await startServer({ storage: growing });
    const control = await RawSession.logIn(port);
    expect(await control.code("SITE COPY a b")).toBe(250);
    const { size } = await storage.stat(resolveVirtualPath(rootPath, "/b"));
    expect(size).toBe(5);
    // Nor is it deleted, where that would lose what came meanwhile.
    await putFile(storage, "/a", "12345");
    expect(await control.code("COMB all a")).toBe(450);
    expect((await storage.stat(resolveVirtualPath(rootPath, "/a"))).size).toBe(14);
    await expect(storage.stat(resolveVirtualPath(rootPath, "/all"))).rejects.toThrow();
    control.close();
  });

  it("are reserved as uploads are, and released", async () => {
    const seen: unknown[] = [];
    const storage = new MemoryStorage();
    await putFile(storage, "/a", "12345");
    const { port } = await startServer({
      storage,
      reservations: {
        reserve: (request) => {
          if (request.kind !== "transfer") return { release: () => undefined };
          if (request.path === "/full") return { refused: true, message: "Full" };
          seen.push([request.direction, request.path, request.expectedBytes]);
          return { release: (use) => void seen.push(use) };
        },
      },
    });
    const control = await RawSession.logIn(port);
    expect(await control.code("SITE COPY a b")).toBe(250);
    expect(await control.code("SITE COPY a full")).toBe(450);
    expect(seen).toEqual([["upload", "/b", 5], { bytes: 5, complete: true }]);
    expect(await readFile(storage, "/full")).toBeUndefined();
    control.close();
  });
});

describe("SITE SYMLINK", () => {
  it("links inside the root, and never out of it", () =>
    withLocalFolder(async ({ root, outside, storage }) => {
      const { port } = await startServer({ storage });
      await putFile(storage, "/file", "content");
      await symlink(outside, join(root, "out"));
      const control = await RawSession.logIn(port);
      await control.command("MKD folder");
      await control.command("CWD folder");
      expect(await control.code('SITE SYMLINK ../file "to file"')).toBe(200);
      expect(await readlink(join(root, "folder/to file"))).toBe("../file");
      expect(await readFile(storage, "/folder/to file")).toBe("content");
      for (const target of ["../../outside/secret", "/../outside/secret", "/out", "/out/secret", "/none"]) {
        expect(await control.code(`SITE SYMLINK ${target} bad`), target).toBe(550);
      }
      expect((await control.command("SITE HELP SYMLINK")).text).toContain("link to the first");
      control.close();
    }));

  it("is not supported by a storage without links", async () => {
    const { port } = await startServer();
    const control = await RawSession.logIn(port);
    expect(await control.code("SITE SYMLINK a b")).toBe(502);
    control.close();
  });
});
