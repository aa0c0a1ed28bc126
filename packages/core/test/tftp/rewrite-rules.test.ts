/** Rules for file names, each on its own and one after the other. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RewriteRule } from "../../src/tftp/index.ts";
import { compileRules } from "../../src/tftp/server/rewrite-rules.ts";

function rewritten(
  rules: readonly RewriteRule[],
  file: string,
  { operation = "read", address = "192.0.2.169" }: { operation?: "read" | "write"; address?: string } = {},
): string {
  return compileRules(rules)({ file, operation, address }) ?? file;
}

describe("rules with a pattern", () => {
  it("replace the first match, or every one, as String.replace does", () => {
    expect(rewritten([{ rule: "pattern", pattern: "a+", replace: "<$&>" }], "baaca")).toBe("b<aa>ca");
    expect(rewritten([{ rule: "pattern", pattern: "a+", replace: "<$&>", all: true }], "baaca")).toBe("b<aa>c<a>");
    const cases = fc.record({
      pattern: fc.constantFrom("a", "a*", "", "^", "$", "(a|b)", "b?", "[ab]+?", "^a", "x"),
      file: fc.array(fc.constantFrom("a", "b", "😀"), { maxLength: 8 }).map((parts) => parts.join("")),
    });
    fc.assert(
      fc.property(cases, ({ pattern, file }) => {
        const rule = { rule: "pattern", pattern, replace: "<$&>", all: true } as const;
        expect([pattern, file, rewritten([rule], file)]).toEqual([
          pattern,
          file,
          file.replace(new RegExp(pattern, "gu"), "<$&>"),
        ]);
      }),
    );
  });

  it("find octets that are no UTF-8, and leave them as they are", () => {
    const octet = { rule: "pattern", pattern: "\\u{dce9}", replace: "e" } as const;
    expect(rewritten([octet], "caf\udce9\udce8é")).toBe("cafe\udce8é");
    expect(rewritten([{ rule: "strip-0xff" }], "pxe.0\udcff\udcff")).toBe("pxe.0");
    expect(rewritten([{ rule: "strip-0xff" }], "ÿ")).toBe("ÿ");
    expect(rewritten([{ rule: "lower-case" }], "A\udcc0")).toBe("a\udcc0");
  });

  it("run on what they made as long as it matches, where told to", () => {
    expect(rewritten([{ rule: "pattern", pattern: "//", replace: "/", all: true }], "a////b")).toBe("a//b");
    expect(rewritten([{ rule: "pattern", pattern: "//", replace: "/", repeat: true }], "a////b")).toBe("a/b");
    expect(() => rewritten([{ rule: "pattern", pattern: "a", replace: "a", repeat: true }], "a")).toThrow("no end");
    expect(() => rewritten([{ rule: "pattern", pattern: "a", replace: "aa", all: true, repeat: true }], "a")).toThrow(
      "too long",
    );
  });

  it("are for reads or writes, for one family, and for what does not match", () => {
    const marked = (condition: object): readonly RewriteRule[] => [
      { rule: "pattern", pattern: "^", replace: "x/", ...condition },
    ];
    expect(rewritten(marked({ operation: "write" }), "f")).toBe("f");
    expect(rewritten(marked({ operation: "write" }), "f", { operation: "write" })).toBe("x/f");
    expect(rewritten(marked({ family: 6 }), "f")).toBe("f");
    expect(rewritten(marked({ family: 6 }), "f", { address: "2001:db8::1" })).toBe("x/f");
    const unless: readonly RewriteRule[] = [
      { rule: "pattern", pattern: "^pub/", unless: true, last: true },
      { rule: "prefix", from: "pub/", to: "/" },
    ];
    expect([rewritten(unless, "pub/f"), rewritten(unless, "x/pub/f")]).toEqual(["/f", "x/pub/f"]);
  });

  it("end the rules, or begin them anew", () => {
    const rules: readonly RewriteRule[] = [
      { rule: "pattern", pattern: "^done$", last: true },
      { rule: "pattern", pattern: "^step(.*)", replace: "done", restart: true },
      { rule: "pattern", pattern: "^", replace: "x/" },
    ];
    expect([rewritten(rules, "step1"), rewritten(rules, "other")]).toEqual(["done", "x/other"]);
    expect(() => rewritten([{ rule: "pattern", pattern: "a", restart: true }], "a")).toThrow("no end");
  });

  it("put each peer into a folder of its own by its address", () => {
    const rules: readonly RewriteRule[] = [
      { rule: "pattern", pattern: "^pxelinux.cfg/.*", replace: "$<hex-address>/$&" },
    ];
    expect(rewritten(rules, "pxelinux.cfg/default")).toBe("C00002A9/pxelinux.cfg/default");
  });

  it("refuse names with ERROR 2", () => {
    const rules: readonly RewriteRule[] = [
      { rule: "refuse", pattern: "\\.key$", ignoreCase: true, message: "Keys stay here" },
      { rule: "refuse", pattern: "^[^/]+$", unless: true, operation: "write" },
    ];
    expect(() => rewritten(rules, "A.KEY")).toThrow(expect.objectContaining({ code: 2, message: "Keys stay here" }));
    expect(rewritten(rules, "a/b")).toBe("a/b");
    expect(() => rewritten(rules, "a/b", { operation: "write" })).toThrow("Access violation");
  });

  it("cannot be meant in some ways, which is told at once", () => {
    for (const [rule, reason] of [
      [{ rule: "pattern", pattern: "(", replace: "" }, "a ) is missing"],
      [{ rule: "pattern", pattern: "a", replace: "$1" }, "no such group"],
      [{ rule: "pattern", pattern: "a", replace: "b", unless: true }, "nothing to replace"],
      [{ rule: "pattern", pattern: "a", last: true, restart: true }, "begin anew"],
      [{ rule: "pattern", pattern: "a", all: true }, "cannot repeat it"],
      [{ rule: "folder", networks: ["nowhere"], folder: "x" }, "no address"],
    ] as const) {
      expect(() => compileRules([rule])).toThrow(RangeError);
      expect(() => compileRules([rule])).toThrow(reason);
    }
  });
});

describe("rules", () => {
  it("take so many steps for one name and no more", () => {
    const slow: RewriteRule = { rule: "pattern", pattern: "(?:a?){300}b|a", replace: "c", all: true };
    expect(rewritten([slow], "a")).toBe("c");
    expect(() => rewritten([slow], "a".repeat(500))).toThrow(
      expect.objectContaining({ code: 2, message: "The rules for file names take too long" }) as Error,
    );
    // The longest name and a program as long as may be: one search fits.
    expect(rewritten([{ rule: "pattern", pattern: "(?:a?){490}b" }], "a".repeat(1_024))).toBe("a".repeat(1_024));
  });

  it("make no name longer than 1,024 characters", () => {
    const rules: readonly RewriteRule[] = [{ rule: "prefix", from: "", to: "a".repeat(600) }];
    expect(rewritten(rules, "b")).toHaveLength(601);
    expect(() => rewritten([...rules, ...rules], "b")).toThrow("The file name is too long");
  });
});
