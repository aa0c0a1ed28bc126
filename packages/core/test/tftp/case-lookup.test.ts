/** Files that are found in any case. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LocalStorage, MemoryStorage, resolveVirtualPath, rootPath, type Storage } from "../../src/storage/index.ts";
import { putFile, RawPeer, startTftp } from "./tftp-fixture.ts";

async function filled(storage: Storage): Promise<Storage> {
  for (const folder of ["/Boot", "/Boot/Fonts", "/TWICE", "/twice"]) {
    await storage.makeDirectory(resolveVirtualPath(rootPath, folder));
  }
  for (const file of ["/Boot/BCD", "/Boot/Fonts/Wgl4.ttf", "/TWICE/a", "/twice/b", "/x.0", "/X.0"]) {
    await putFile(storage, file, new TextEncoder().encode(file));
  }
  return storage;
}

async function ask(port: number, file: string, opcode = "\x01"): Promise<string> {
  const peer = await RawPeer.open();
  peer.send(`\0${opcode}${file}\0octet\0`, port);
  const { text, from } = await peer.next();
  peer.send("\0\x04\0\x01", from.port);
  return text;
}

const notFound = "\0\x05\0\x01File not found\0";

describe("a name in another case", () => {
  for (const kind of ["memory", "folder"] as const) {
    it(`is found component by component, in a ${kind}`, async () => {
      let storage: Storage = new MemoryStorage();
      if (kind === "folder") {
        const root = await mkdtemp(join(tmpdir(), "tftp-case-"));
        onTestFinished(() => rm(root, { recursive: true }));
        storage = new LocalStorage({ root });
      }
      const { port } = await startTftp({ storage: await filled(storage), ignoreCase: true });
      expect(await ask(port, "/BOOT/fonts/WGL4.TTF")).toBe("\0\x03\0\x01/Boot/Fonts/Wgl4.ttf");
      expect(await ask(port, "boot/bcd")).toBe("\0\x03\0\x01/Boot/BCD");
      expect(await ask(port, "/boot/none")).toBe(notFound);
      expect(await ask(port, "/boot/bcd/none")).toBe(notFound);
      expect(await ask(port, "/boot/fonts")).toBe(notFound);
      expect(await ask(port, "/../BOOT/../boot/bcd")).toBe("\0\x03\0\x01/Boot/BCD");
      await storage.close?.();
    });
  }

  it("is never found where the name is there as it is written, nor without being told to", async () => {
    const storage = await filled(new MemoryStorage());
    const { port } = await startTftp({ storage, ignoreCase: true });
    expect(await ask(port, "x.0")).toBe("\0\x03\0\x01/x.0");
    expect(await ask(port, "X.0")).toBe("\0\x03\0\x01/X.0");
    expect(await ask(port, "twice/B")).toBe("\0\x03\0\x01/twice/b");
    expect(await ask(port, "twice/A")).toBe(notFound);
    const strict = await startTftp({ storage });
    expect(await ask(strict.port, "boot/bcd")).toBe(notFound);
  });

  it("is refused when it could be several", async () => {
    const storage = await filled(new MemoryStorage());
    await storage.remove(resolveVirtualPath(rootPath, "/x.0"));
    await putFile(storage, "/x.O", new Uint8Array(1));
    const { port } = await startTftp({ storage, ignoreCase: true });
    expect(await ask(port, "Twice/a")).toBe("\0\x05\0\x01Several files have that name, in different case\0");
    expect(await ask(port, "x.0")).toBe("\0\x03\0\x01/X.0");
  });

  it("is looked for in folders of so many entries only, and in paths of so many components", async () => {
    const storage = await filled(new MemoryStorage());
    const { port } = await startTftp({ storage, ignoreCase: true, limits: { caseLookupEntries: 3 } });
    expect(await ask(port, "boot/bcd")).toBe("\0\x05\0\0The folder is too large to ignore the case of names\0");
    expect(await ask(port, "Boot/bcd")).toBe("\0\x03\0\x01/Boot/BCD");
    expect(await ask(port, "a/".repeat(33))).toBe(notFound);
  });

  it("is not looked for by a write", async () => {
    const storage = await filled(new MemoryStorage());
    const { port } = await startTftp({ storage, ignoreCase: true, write: { create: false, overwrite: true } });
    expect(await ask(port, "boot/bcd", "\x02")).toBe(notFound);
  });
});
