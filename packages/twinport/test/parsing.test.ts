import { describe, expect, it } from "vitest";
import { parseListen, parsePortRange, parseSeconds } from "../src/parse-options.ts";
import { printable } from "../src/exit-codes.ts";
import { findInNetrc } from "../src/remote/netrc.ts";
import { formatBytes, formatSeconds } from "../src/remote/units.ts";
import { withoutPassword } from "../src/remote/each.ts";

describe("options", () => {
  it("read where to listen", () => {
    expect(parseListen("127.0.0.1:2121")).toEqual({ host: "127.0.0.1", port: 2121 });
    expect(parseListen("[::1]:0")).toEqual({ host: "::1", port: 0 });
    expect(parseListen(":21")).toEqual({ host: undefined, port: 21 });
    expect(parseListen("21")).toEqual({ host: undefined, port: 21 });
    for (const wrong of ["::1:21", "host", "host:", "host:70000", ""]) expect(() => parseListen(wrong)).toThrow();
  });

  it("read ranges and times", () => {
    expect(parsePortRange("50000-50100")).toEqual([50000, 50100]);
    expect(parsePortRange("5")).toEqual([5, 5]);
    for (const wrong of ["5-4", "a-b", "1-2-3", "0-5", ""]) expect(() => parsePortRange(wrong)).toThrow();
    expect(parseSeconds("0.5")).toBe(500);
    for (const wrong of ["0", "-1", "soon"]) expect(() => parseSeconds(wrong)).toThrow();
  });
});

describe(".netrc", () => {
  const text = `# a comment
machine one login a password "p w" account acc
macdef init
machine trap login x password y

machine two
  login b
  password c # not a part
default login d password e`;

  it("is read with quotes, comments, macros and a default", () => {
    expect(findInNetrc(text, "one")).toEqual({ login: "a", password: "p w", account: "acc" });
    expect(findInNetrc(text, "two")).toEqual({ login: "b", password: "c" });
    expect(findInNetrc(text, "three")).toEqual({ login: "d", password: "e" });
    expect(findInNetrc(text, "trap")).toEqual({ login: "d", password: "e" });
    expect(findInNetrc(text, "one", "other")).toBeUndefined();
  });
});

describe("what is printed", () => {
  it("cannot move the cursor or forge a line", () => {
    expect(printable("a\u001b[2J\r\nb\u0085")).toBe("a\\x1b[2J\\x0d\\x0ab\\x85");
  });

  it("shows no password of a URL", () => {
    expect(withoutPassword("ftp://me:hunter2@host/x")).toBe("ftp://me@host/x");
  });

  it("shows amounts and times as people read them", () => {
    expect([0, 1023, 1536, 1024 ** 3 * 5].map(formatBytes)).toEqual(["0 B", "1023 B", "1.5 KiB", "5.0 GiB"]);
    expect([0, 65, 7384].map(formatSeconds)).toEqual(["0:00", "1:05", "2:03:04"]);
  });
});
