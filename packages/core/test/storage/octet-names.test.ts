/** Names on the disk that are no UTF-8: listed, reached and made as octets, and never taken for another name. */
import fc from "fast-check";
import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeOctetText, encodeOctetText } from "../../src/protocol/index.ts";
import { at, breakOff, entriesOf, namesOf, put, textOf } from "../../src/storage/conformance/conformance-case.ts";
import { LocalStorage, rootedStorage, StorageError, type VirtualPath } from "../../src/storage/index.ts";
import { withLocalFolder } from "./local-folder.ts";

/** Where on the host a name of octets lies. */
function place(folder: string, name: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(encodeOctetText(folder)), Buffer.from("/"), Buffer.from(name)]);
}

/** The names in a folder of the host, as octets. */
function octetsIn(folder: string | Buffer): string[] {
  return fs
    .readdirSync(folder, "buffer")
    .map((name) => name.toString("latin1"))
    .filter((name) => !name.startsWith(".twinport-"))
    .sort();
}

const latin = Buffer.from([0x63, 0x61, 0x66, 0xe9]);
const latinName = "caf\uDCE9";
const kindOf = async (result: Promise<unknown>): Promise<unknown> =>
  result.then(
    () => "nothing failed",
    (error: unknown) => (error instanceof StorageError ? error.kind : error),
  );

describe("a local storage", () => {
  it("lists names that are no UTF-8 beside others, sorted, each once", () =>
    withLocalFolder(async ({ root, storage }) => {
      const names = [latin, "café", "a", "\uFFFD", "caf\uFFFD", Buffer.from([0xff]), Buffer.from([0xc3]), "안녕"];
      for (const name of names) fs.writeFileSync(place(root, name), "x");
      fs.mkdirSync(place(root, Buffer.from([0x80])));
      const listed: string[] = [];
      for await (const batch of storage.list(at("/"))) listed.push(...batch.map(({ name }) => name));
      const wanted = [latinName, "café", "a", "\uFFFD", "caf\uFFFD", "\uDCFF", "\uDCC3", "안녕", "\uDC80"];
      expect(listed).toEqual(wanted.sort());
    }));

  it("leaves out names that would forge a line, and its own, among those too", () =>
    withLocalFolder(async ({ root, storage }) => {
      for (const bad of ["a\n", "b\r"]) fs.writeFileSync(place(root, Buffer.concat([latin, Buffer.from(bad)])), "x");
      fs.writeFileSync(place(root, ".twinport-0123456789ab-0123456789abcdef.part"), "x");
      fs.writeFileSync(place(root, latin), "x");
      expect(await namesOf(storage, "/")).toEqual([latinName]);
    }));

  it("lists a large folder whole, with each name once", () =>
    withLocalFolder(async ({ root, storage }) => {
      const names = Array.from({ length: 4_200 }, (_, index) => `${index}`);
      const odd = Array.from({ length: 150 }, (_, index) => `${index}\uDCE4`);
      fs.writeFileSync(join(root, "first"), "");
      // Names of one file: thousands of files would take a slow disk long.
      for (const name of [...names, ...odd]) fs.linkSync(join(root, "first"), place(root, encodeOctetText(name)));
      expect(await namesOf(storage, "/")).toEqual([...names, ...odd, "first"].sort());
    }));

  it("does all that it does with such names of files", () =>
    withLocalFolder(async ({ root, storage }) => {
      const path = at(`/${latinName}`);
      await put(storage, path, "content");
      expect(octetsIn(root)).toEqual(["caf\xe9"]);
      expect(await storage.stat(path)).toMatchObject({ name: latinName, kind: "file", size: 7 });
      expect(await textOf(storage, path)).toBe("content");
      await put(storage, path, "!", { mode: "append" });
      await put(storage, path, "C", { mode: "at", offset: 7 });
      expect(fs.readFileSync(place(root, latin), "utf8")).toBe("contentC");
      expect(await kindOf(put(storage, path, "x", { mode: "create" }))).toBe("already-exists");
      await put(storage, path, "replaced");
      await storage.setTimes(path, { modified: 1_000_000_000_000 });
      await storage.changeMode(path, 0o600);
      expect(await storage.stat(path)).toMatchObject({ modified: 1_000_000_000_000, mode: 0o600 });
      await storage.rename(path, at("/\uDCE4 2"));
      expect(octetsIn(root)).toEqual(["\xe4 2"]);
      await storage.rename(at("/\uDCE4 2"), at("/plain"));
      expect(await kindOf(storage.stat(path))).toBe("not-found");
      await storage.rename(at("/plain"), path, { replace: false });
      await storage.remove(path);
      expect(octetsIn(root)).toEqual([]);
      expect(await kindOf(storage.remove(path))).toBe("not-found");
    }));

  it("does all that it does with such names of folders, and with uploads that broke in them", () =>
    withLocalFolder(async ({ root, storage }) => {
      const folder = at("/\uDCE5");
      await storage.makeDirectory(folder);
      await put(storage, at("/\uDCE5/\uDCE4"), "deep");
      fs.mkdirSync(place(root, Buffer.from([0xe5, 0x2f, 0xf6])));
      await put(storage, at("/\uDCE5/\uDCF6/ü"), "deeper");
      expect(await namesOf(storage, folder)).toEqual(["\uDCE4", "\uDCF6"]);
      expect(await namesOf(storage, "/\uDCE5/\uDCF6")).toEqual(["ü"]);
      await breakOff(storage, "/\uDCE5/\uDCF6/\uDCFC", "half", { uploader: "me" });
      expect(await storage.stat(at("/\uDCE5/\uDCF6/\uDCFC"), { uploader: "me" })).toMatchObject({ size: 4 });
      await put(storage, at("/\uDCE5/\uDCF6/\uDCFC"), "+", { mode: "append", uploader: "me" });
      expect(await textOf(storage, "/\uDCE5/\uDCF6/\uDCFC")).toBe("half+");
      await storage.rename(folder, at("/å"));
      expect(await textOf(storage, "/å/\uDCE4")).toBe("deep");
      await storage.rename(at("/å"), folder);
      expect(await textOf(storage, "/\uDCE5/\uDCE4")).toBe("deep");
      expect(await kindOf(storage.removeDirectory(folder))).toBe("directory-not-empty");
      for (const name of ["\uDCF6/ü", "\uDCF6/\uDCFC", "\uDCE4"]) await storage.remove(at(`/\uDCE5/${name}`));
      await breakOff(storage, "/\uDCE5/\uDCF6/\uDCFF", "half", { uploader: "me" });
      await storage.removeDirectory(at("/\uDCE5/\uDCF6"));
      await storage.removeDirectory(folder);
      expect(octetsIn(root)).toEqual([]);
    }));

  it("follows and makes links whose names, and whose targets, are no UTF-8, and lets none lead out", () =>
    withLocalFolder(async ({ root, outside, storage }) => {
      fs.mkdirSync(place(root, Buffer.from([0xe5])));
      fs.writeFileSync(place(root, Buffer.from([0xe5, 0x2f, 0xe4])), "far");
      await storage.link(at("/\uDCE5/\uDCE4"), at("/\uDCF6"));
      expect(fs.readlinkSync(place(root, Buffer.from([0xf6])), "buffer")).toEqual(Buffer.from([0xe5, 0x2f, 0xe4]));
      fs.symlinkSync(place(root, Buffer.from([0xe5])), place(root, "absolute"));
      fs.symlinkSync(place(outside, "secret"), place(root, Buffer.from([0xfc])));
      const links = (await entriesOf(storage, "/")).map(({ name, target }) => [name, target]);
      expect(links).toEqual([
        ["absolute", "/\uDCE5"],
        ["\uDCE5", undefined],
        ["\uDCF6", "\uDCE5/\uDCE4"],
        ["\uDCFC", undefined],
      ]);
      expect(await textOf(storage, "/\uDCF6")).toBe("far");
      expect(await textOf(storage, "/absolute/\uDCE4")).toBe("far");
      expect(await kindOf(textOf(storage, "/\uDCFC"))).toBe("not-found");
      await put(storage, "/\uDCF6", "through the link");
      expect(fs.readFileSync(place(root, Buffer.from([0xe5, 0x2f, 0xe4])), "utf8")).toBe("through the link");
    }));

  it("takes names of 255 octets however many of them are UTF-8, and none longer", () =>
    withLocalFolder(async ({ root, storage }) => {
      const longest = ["\uDCE9".repeat(255), `${"ä".repeat(127)}\uDCE4`, `${"\uDCE9".repeat(254)}x`];
      for (const name of longest) await put(storage, `/${name}`, "x");
      expect(await namesOf(storage, "/")).toEqual([...longest].sort());
      for (const name of longest) {
        expect(await kindOf(put(storage, `/${name}x`, "x"))).toBe("name-not-allowed");
        expect(await kindOf(storage.makeDirectory(at(`/${name}x`)))).toBe("name-not-allowed");
        await storage.remove(at(`/${name}`));
      }
      expect(octetsIn(root)).toEqual([]);
    }));

  it("has a folder with such a name as its root, whose journal lies there too and nowhere else", () =>
    withLocalFolder(async ({ root }) => {
      fs.mkdirSync(place(root, Buffer.from([0xe5])));
      const storage = new LocalStorage({ root: `${root}/\uDCE5` });
      const upload = await storage.openWrite(at("/\uDCE4"));
      await upload.write(Buffer.from("content"));
      expect(fs.readdirSync(place(root, Buffer.from([0xe5, 0x2f])))).toContain(".twinport-journal");
      await upload.commit();
      expect(await textOf(storage, "/\uDCE4")).toBe("content");
      await storage.close();
      expect(octetsIn(root)).toEqual(["\xe5"]);
      expect(fs.readdirSync(place(root, Buffer.from([0xe5])), "buffer")).toEqual([Buffer.from([0xe4])]);
    }));

  it("removes from a folder of such a name what a dead process has left", () =>
    withLocalFolder(async ({ root, storage }) => {
      const folder = place(root, Buffer.from([0xe5]));
      fs.mkdirSync(folder);
      const part = ".twinport-0123456789ab-0123456789abcdef.part";
      fs.writeFileSync(Buffer.concat([folder, Buffer.from(`/${part}`)]), "half");
      fs.writeFileSync(Buffer.concat([folder, Buffer.from([0x2f, 0xe4])]), "whole");
      fs.mkdirSync(join(root, ".twinport-journal"));
      const boot = fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
      const owner = { pid: 1, started: "never", boot, host: (await import("node:os")).hostname() };
      const lines = [JSON.stringify(owner), JSON.stringify(decodeOctetText(folder)), ""].join("\n");
      fs.writeFileSync(join(root, ".twinport-journal", "0123456789ab"), lines);
      // The first use begins to clear up; closing waits for that.
      await namesOf(storage, "/");
      await storage.close();
      expect(fs.readdirSync(folder, "buffer")).toEqual([Buffer.from([0xe4])]);
    }));

  it("makes of any octets the name of those octets", () =>
    withLocalFolder(async ({ root, storage }) => {
      const octet = fc.oneof(
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom(0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xed, 0xff),
      );
      const name = fc
        .array(octet, { minLength: 1, maxLength: 12 })
        .map((octets) => Buffer.from(octets.filter((one) => ![0x2f, 0x0a, 0x0d].includes(one))))
        .filter((octets) => octets.length > 0 && !["", ".", ".."].includes(octets.toString("latin1")));
      await fc.assert(
        fc.asyncProperty(name, name, async (one, other) => {
          fs.writeFileSync(place(root, one), "one");
          const [listed = "none"] = await namesOf(storage, "/");
          expect(Buffer.from(encodeOctetText(listed))).toEqual(one);
          expect(await textOf(storage, `/${listed}`)).toBe("one");
          await storage.rename(at(`/${listed}`), at(`/${decodeOctetText(other)}`));
          expect(octetsIn(root)).toEqual([other.toString("latin1")]);
          await storage.remove(at(`/${decodeOctetText(other)}`));
          expect(octetsIn(root)).toEqual([]);
        }),
        { numRuns: 200 },
      );
    }));
});

describe("a second spelling of a name", () => {
  /** Each means the octets of the name beside it, or would. */
  const spellings = [
    ["\uDCC3\uDCA9", "é"],
    ["x\uDCE2\uDC82\uDCACy", "x€y"],
    ["\uDCF0\uDC9F\uDC98\uDC80", "😀"],
    ["\uD800", "\uFFFD"],
    ["a\uDFFF", "a\uFFFD"],
    ["\uDC2F", "\uFFFD"],
    ["\uDC00", "\uFFFD"],
  ] as const;

  it("is no path, whatever it is a part of", () => {
    for (const [spelling] of spellings) {
      for (const text of [spelling, `/${spelling}`, `/a/${spelling}/b`, `../${spelling}`, `/${spelling}/..`])
        expect(() => at(text), JSON.stringify(text)).toThrow(
          expect.objectContaining({ kind: "name-not-allowed" }) as Error,
        );
    }
  });

  it("is made by no joining of names that are right", () => {
    const path = at("/\uDCC3/\uDCA9");
    expect(path).toBe("/\uDCC3/\uDCA9");
    expect(at("/\uDCE9.\uDCE9")).toBe("/\uDCE9.\uDCE9");
  });

  it("opens no way past a rooted wrapper, a mount or a hidden name", () =>
    withLocalFolder(async ({ root, storage }) => {
      fs.mkdirSync(join(root, "é"));
      fs.writeFileSync(join(root, "é", "secret"), "secret");
      fs.mkdirSync(join(root, "home"));
      const home = rootedStorage(storage, "/home");
      for (const text of ["/\uDCC3\uDCA9/secret", "/\uDC2E\uDC2E/\uDCC3\uDCA9/secret", "/\uDC2E\uDC2E/é/secret"]) {
        // Past the type: as if an application had not resolved it.
        const path = text as VirtualPath;
        expect(await kindOf(Promise.resolve().then(() => home.openRead(path)))).toBe("name-not-allowed");
      }
      expect(await kindOf(storage.openRead("/\uDCC3\uDCA9/secret" as VirtualPath))).toBe("name-not-allowed");
      expect(await kindOf(home.openRead(at("/..\uDCAF/é/secret")))).toBe("not-found");
    }));
});
