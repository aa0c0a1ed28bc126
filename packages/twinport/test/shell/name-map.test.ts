import { describe, expect, it } from "vitest";
import { applyNameMap, foldCase, mapName, translateName } from "../../src/shell/name-map.ts";
import { defineMacro, expandMacro, macroLimit, macroLineLimit, type Macros } from "../../src/shell/macros.ts";
import { findNetrcMacros } from "../../src/shell/netrc-macros.ts";
import { nearestNames } from "../../src/config/nearest.ts";
import { withoutSecrets } from "../../src/shell/history.ts";
import { formatFtpUrl } from "../../src/shell/format-url.ts";
import { readTarget } from "../../src/shell/target.ts";
import { expandBraces } from "../../src/shell/globs.ts";
import { parseFtpUrl } from "@twinport/core/ftp-client";

describe("nmap", () => {
  it.each([
    ["myfile.data", "$1.$2.$3", "[$1,$2].[$2,file]", "myfile.data"],
    ["myfile.data.old", "$1.$2.$3", "[$1,$2].[$2,file]", "myfile.data"],
    ["myfile", "$1.$2.$3", "[$1,$2].[$2,file]", "myfile.file"],
    [".myfile", "$1.$2.$3", "[$1,$2].[$2,file]", "myfile.myfile"],
    ["report.txt", "$1.txt", "$0.$1", "report.txt.report"],
    ["a.txt", "$1.$2", "\\$1\\[$2", "$1[txt"],
    ["a b", "$1 $2", "$2-$1", "b-a"],
    ["other", "x$1", "[$1,none]", "none"],
  ])("makes of %s by %s %s", (name, from, to, expected) => {
    expect(applyNameMap(name, from, to)).toBe(expected);
  });

  it("refuses a [ that is not closed", () => {
    expect(() => applyNameMap("a", "$1", "[$1")).toThrow("not closed");
  });
});

describe("ntrans and case", () => {
  it("change characters, and leave out those without another", () => {
    expect(translateName("my file.txt", " .", "_")).toBe("my_filetxt");
    expect(mapName("a b.TXT", { translate: { from: " ", to: "_" }, map: { from: "$1.$2", to: "$2.$1" } })).toBe(
      "TXT.a_b",
    );
    expect(foldCase("README.TXT")).toBe("readme.txt");
    expect(foldCase("ReadMe.txt")).toBe("ReadMe.txt");
  });
});

describe("macros", () => {
  it("take arguments, all of them in turn, and what is escaped", () => {
    expect(expandMacro(["cd $1", "get $2 \\$1"], ["a", "b"])).toEqual(["cd a", "get b $1"]);
    expect(expandMacro(["get $i", "del $i"], ["a", "b"])).toEqual(["get a", "del a", "get b", "del b"]);
    expect(expandMacro(["get $3"], ["a"])).toEqual(["get "]);
    expect(expandMacro(["echo \\$i"], ["a", "b"])).toEqual(["echo $i"]);
  });

  it("are limited", () => {
    const macros: Macros = new Map();
    for (let i = 0; i < macroLimit; i++) defineMacro(macros, `m${i}`, ["pwd"]);
    expect(() => defineMacro(macros, "more", ["pwd"])).toThrow(String(macroLimit));
    defineMacro(macros, "m1", ["dir"]);
    expect(() => defineMacro(macros, "m1", Array<string>(macroLineLimit + 1).fill("pwd"))).toThrow(
      String(macroLineLimit),
    );
  });

  it("come from .netrc, each of its machine", () => {
    const text =
      "machine a login x password y\nmacdef init\ncd pub\nbinary\n\nmachine b login z\nmacdef up\nput $1\n\ndefault\nmacdef other\npwd\n";
    expect([...findNetrcMacros(text, "a")]).toEqual([["init", ["cd pub", "binary"]]]);
    expect([...findNetrcMacros(text, "b")]).toEqual([["up", ["put $1"]]]);
    expect([...findNetrcMacros(text, "c")]).toEqual([["other", ["pwd"]]]);
    expect([...findNetrcMacros("", "c")]).toEqual([]);
  });
});

describe("the history", () => {
  it.each([
    ["get file", "get file"],
    ["open ftp://me:pw@host/x", "open ftp://me@host/x"],
    ["user me pw", "user me"],
    ["us me pw acct", "us me"],
    ["cd x; user me pw", "cd x; user me"],
    ["proxy user me pw", "proxy user me"],
    ["open -u me,pw host", "open -u me host"],
    ["account secret", undefined],
    ["acc secret", undefined],
    ["account", "account"],
    ["quote PASS pw", undefined],
    ["quo acct pw", undefined],
    ["quote NOOP", "quote NOOP"],
    ["put account.txt", "put account.txt"],
    ["  ", undefined],
  ])("keeps of %j %j", (line, kept) => {
    expect(withoutSecrets(line)).toBe(kept);
  });
});

describe("names that are near", () => {
  it("are found for slips", () => {
    const names = ["get", "put", "mget", "mirror", "delete", "dir"];
    expect(nearestNames("gte", names)).toEqual(["get"]);
    expect(nearestNames("mirrro", names)).toEqual(["mirror"]);
    expect(nearestNames("dlete", names)).toEqual(["delete"]);
    expect(nearestNames("xylophone", names)).toEqual([]);
  });
});

describe("what open is told", () => {
  it.each([
    ["example.org", { host: "example.org", port: 21, path: "" }],
    ["me@example.org:2121", { host: "example.org", port: 2121, path: "", user: "me" }],
    ["me@corp@example.org", { host: "example.org", port: 21, path: "", user: "me@corp" }],
    ["::1", { host: "::1", port: 21, path: "" }],
    ["ftpes://me@example.org/a", { host: "example.org", port: 21, path: "a", user: "me", tls: "explicit" }],
  ])("%s", (text, expected) => {
    expect(readTarget(text)).toEqual(expected);
  });

  it("is written as a URL that reads the same, without the password", () => {
    for (const text of ["ftp://me@example.org/", "ftps://a%40b@[::1]:99/%2Fsrv/a%20b", "ftpes://h/x;y"]) {
      const url = parseFtpUrl(text);
      expect(parseFtpUrl(formatFtpUrl({ ...url, password: "s3cret" }))).toEqual(url);
      expect(formatFtpUrl({ ...url, password: "s3cret" })).not.toContain("s3cret");
    }
  });
});

describe("braces", () => {
  it("become all their alternatives", () => {
    expect(expandBraces("a{b,c{d,e}}f")).toEqual(["abf", "acdf", "acef"]);
    expect(expandBraces("{a}b\\{c,d}")).toEqual(["{a}b\\{c,d}"]);
    expect(() => expandBraces("{a,b}".repeat(20))).toThrow("alternatives");
  });
});
