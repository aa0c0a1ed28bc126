import { beforeAll, describe, expect, it } from "vitest";
import { Certificates } from "../../src/net/index.ts";
import { makeAuthority, type Issued } from "../support/certificates.ts";

let first: Issued;
let wild: Issued;
let exact: Issued;

beforeAll(async () => {
  const authority = await makeAuthority();
  first = await authority.issue(["ftp.example.org"]);
  wild = await authority.issue(["*.example.net"]);
  exact = await authority.issue(["a.example.net"]);
});

function fault(): never {
  throw new Error("No certificate changes here");
}

describe("the certificates of a server", () => {
  it("are chosen by name: exact before wildcard, of one label, whatever the letter case", () => {
    const certificates = new Certificates([first, wild, exact], fault);
    const chosen = (name: string | undefined): string => certificates.for(name).cert;
    expect(chosen("A.Example.NET")).toBe(exact.cert);
    expect(chosen("b.example.net")).toBe(wild.cert);
    expect(chosen("b.c.example.net")).toBe(first.cert);
    expect(chosen("example.net")).toBe(first.cert);
    expect(chosen("localhost")).toBe(first.cert);
    expect(chosen(undefined)).toBe(first.cert);
    expect(certificates.find("localhost")).toBeUndefined();
  });

  it("go by the names that are given, where they are", () => {
    const certificates = new Certificates([first, { ...wild, serverNames: ["Files.Internal"] }], fault);
    expect(certificates.for("files.internal").cert).toBe(wild.cert);
    expect(certificates.for("b.example.net").cert).toBe(first.cert);
  });
});
