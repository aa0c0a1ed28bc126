/** Cases of names: what people call their files goes in and comes out unchanged. */
import assert from "node:assert/strict";
import { at, contentOf, fails, isAbsent, namesOf, put, textOf, type ConformanceCase } from "./conformance-case.ts";

const names: Readonly<Record<string, readonly string[]>> = {
  "Korean, Japanese and Swedish": ["안녕하세요.txt", "日本語 テキスト.txt", "räksmörgås på vift.txt", "Ärlig"],
  "with spaces": ["a b", " leading", "trailing ", "two  spaces", " "],
  "with quotes": [`"quoted"`, "it's", '"', "`back`"],
  "with leading dashes and dots": ["-rf", "--", "-", "...", "..a", ".hidden", ".twinport"],
  "that mean something elsewhere": [
    "*",
    "?",
    "[a]",
    "{a,b}",
    "%2F",
    "$HOME",
    "~",
    "#",
    ";",
    "|",
    "&",
    "C:",
    "back\\slash",
  ],
  "of symbols and control characters": ["😀", "e\u0301", "tab\there", "\u200f", "\u0007"],
  "of properties of objects": ["__proto__", "constructor", "toString"],
};

const longest = [`${"x".repeat(251)}.txt`, "안".repeat(85), `${"ä".repeat(127)}x`];
const tooLong = ["x".repeat(256), "안".repeat(86)];

async function comesOutAsItWentIn(storage: Parameters<ConformanceCase["run"]>[0], name: string): Promise<void> {
  await put(storage, `/${name}`, `content of ${name}`);
  assert.deepEqual(await namesOf(storage, "/"), [name]);
  assert.equal((await storage.stat(at(`/${name}`))).name, name);
  assert.equal(await textOf(storage, `/${name}`), `content of ${name}`);
  await storage.rename(at(`/${name}`), at("/plain"));
  await storage.makeDirectory(at(`/${name}`));
  await storage.rename(at("/plain"), at(`/${name}/${name}`));
  assert.deepEqual(await namesOf(storage, `/${name}`), [name]);
  await storage.remove(at(`/${name}/${name}`));
  await storage.removeDirectory(at(`/${name}`));
  await isAbsent(storage, `/${name}`);
}

export const nameCases: readonly ConformanceCase[] = [
  ...Object.entries(names).map(([kind, list]): ConformanceCase => ({
    name: `keeps names ${kind} as they are`,
    async run(storage) {
      for (const name of list) await comesOutAsItWentIn(storage, name);
    },
  })),
  {
    name: "takes names of 255 octets",
    async run(storage) {
      for (const name of longest) {
        assert.equal(Buffer.byteLength(name), 255);
        await comesOutAsItWentIn(storage, name);
      }
    },
  },
  {
    name: "refuses longer names where something new would get one",
    async run(storage) {
      await put(storage, "/file", "x");
      for (const name of tooLong) {
        const path = at(`/${name}`);
        await fails(() => storage.openWrite(path), "name-not-allowed");
        await fails(() => storage.makeDirectory(path), "name-not-allowed");
        await fails(() => storage.rename(at("/file"), path), "name-not-allowed");
        await fails(() => storage.stat(path), "not-found", "name-not-allowed");
        await fails(() => storage.openRead(path), "not-found", "name-not-allowed");
        await fails(() => storage.remove(path), "not-found", "name-not-allowed");
      }
      assert.deepEqual(await namesOf(storage, "/"), ["file"]);
    },
  },
  {
    name: "fails in its own words for the longest path there is",
    async run(storage) {
      const path = at("/aaaaaaa".repeat(512));
      await fails(() => storage.stat(path), "not-found", "name-not-allowed");
      await fails(() => storage.openRead(path), "not-found", "name-not-allowed");
      await fails(() => storage.openWrite(path), "not-found", "name-not-allowed");
      await fails(() => storage.remove(path), "not-found", "name-not-allowed");
      await fails(() => storage.makeDirectory(path), "not-found", "name-not-allowed");
      await fails(() => storage.removeDirectory(path), "not-found", "name-not-allowed");
      await fails(() => contentOf(storage, path), "not-found", "name-not-allowed");
    },
  },
  {
    name: "takes folders 40 deep",
    async run(storage) {
      let path = "";
      for (let depth = 0; depth < 40; depth++) {
        path += `/folder ${depth}`;
        await storage.makeDirectory(at(path));
      }
      await put(storage, `${path}/file`, "deep down");
      assert.equal(await textOf(storage, `${path}/file`), "deep down");
    },
  },
];
