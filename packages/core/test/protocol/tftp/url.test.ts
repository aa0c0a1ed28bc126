/** tftp:// URLs. */
import { describe, expect, it } from "vitest";
import { formatTftpUrl, parseTftpUrl } from "../../../src/protocol/index.ts";

describe("a TFTP URL", () => {
  it.each([
    ["tftp://h/a", { host: "h", port: 69, file: "a" }],
    ["tftp://h:6969/a/b;mode=NetASCII", { host: "h", port: 6969, file: "a/b", mode: "netascii" }],
    ["tftp://[2001:db8::1]//a", { host: "2001:db8::1", port: 69, file: "/a" }],
    ["tftp://h/a?b", { host: "h", port: 69, file: "a?b" }],
    ["tftp://h/a?b=/c;mode=octet", { host: "h", port: 69, file: "a?b=/c", mode: "octet" }],
    ["tftp://h/a#1", { host: "h", port: 69, file: "a#1" }],
    ["tftp://h/a?#", { host: "h", port: 69, file: "a?#" }],
    ["tftp://h/?", { host: "h", port: 69, file: "?" }],
    ["tftp://h/%3F%23%25 \"<>`'漢", { host: "h", port: 69, file: "?#% \"<>`'漢" }],
    ["tftp://h/a?%3F%23%25 \"<>`'漢", { host: "h", port: 69, file: "a??#% \"<>`'漢" }],
    ["tftp://h/a;mode=octet;mode=octet", { host: "h", port: 69, file: "a;mode=octet", mode: "octet" }],
  ] as const)("%s names its file as a whole: it has no query and no fragment", (text, url) => {
    expect(parseTftpUrl(text)).toEqual(url);
    expect(parseTftpUrl(new URL(text))).toEqual(url);
    expect(parseTftpUrl(formatTftpUrl(url))).toEqual(url);
  });

  it.each([
    "a",
    "ftp://h/a",
    "tftp:///a",
    "tftp:a",
    "tftp://h",
    "tftp://h/",
    "tftp://h?a",
    "tftp://h#a",
    "tftp://u@h/a",
    "tftp://u:p@h/a",
    "tftp://h/a;mode=mail",
    "tftp://h/a%00",
    "tftp://h/a?%0d",
    "tftp://h/a?%0A",
    "tftp://h/a#%zz",
  ])("is not %s", (text) => {
    expect(() => parseTftpUrl(text)).toThrow(RangeError);
  });
});
