import { describe, expect, it } from "vitest";
import { message, renderText, type Catalogue } from "../../src/protocol/index.ts";
import { messageIds } from "../../src/protocol/ftp/messages/message-ids.ts";
import { loadLanguage } from "../../src/ftp-server/messages/load-language.ts";
import { languageTags } from "../../src/ftp-server/session/language.ts";

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

/** Texts that are the same in every language: nothing but what is put into them. */
const wordless = new Set<string>(["{syntax}: {summary} ({source})", "SITE {verb} {syntax}: {summary}"]);

async function catalogueOf(tag: (typeof languageTags)[number]): Promise<Catalogue> {
  const { catalogue } = await loadLanguage(tag);
  if (catalogue === undefined) throw new Error(`${tag} has no catalogue`);
  return catalogue;
}

describe("messages", () => {
  it("put values in once: a name that holds braces stays as it is", () => {
    const told = message("{from} renamed to {to}", { from: "/{to}", to: "/$&{from}" });
    expect(renderText(told)).toBe("/{to} renamed to /$&{from}");
  });

  it("put in what is no text, and other messages in the same language", async () => {
    const told = message("{syntax}: {summary} ({source})", {
      syntax: 1,
      summary: message("Do nothing"),
      source: "RFC",
    });
    expect(renderText(told)).toBe("1: Do nothing (RFC)");
    expect(renderText(told, await catalogueOf("sv"))).toBe("1: Gör ingenting (RFC)");
  });

  it("leave the application's own texts alone", async () => {
    expect(renderText("Okay", await catalogueOf("es"))).toBe("Okay");
  });

  it("are named once each", () => {
    expect(new Set(messageIds).size).toBe(messageIds.length);
  });
});

describe.each(languageTags.filter((tag) => tag !== "en"))("the catalogue of %s", (tag) => {
  it("has every message and no other", async () => {
    const catalogue = await catalogueOf(tag);
    expect(Object.keys(catalogue).sort()).toEqual([...messageIds].sort());
  });

  it("has the same placeholders in each, the path in quotes first, and the same blank before it", async () => {
    const catalogue = await catalogueOf(tag);
    for (const id of messageIds) {
      expect(placeholders(catalogue[id]), id).toEqual(placeholders(id));
      expect(catalogue[id].startsWith("{quoted}"), id).toBe(id.startsWith("{quoted}"));
      expect(catalogue[id].startsWith(" "), id).toBe(id.startsWith(" "));
    }
  });

  it("keeps what clients read: the size of a file, and the protocols that EPSV could have", async () => {
    const catalogue = await catalogueOf(tag);
    for (const id of messageIds) {
      for (const part of ["({octets} bytes)", "(1,2)", "({protocol})", "(4, 6)"]) {
        if (id.includes(part)) expect(catalogue[id]).toContain(part);
      }
    }
  });

  it("has texts that are one line, begin with no digit and are short enough for any client", async () => {
    const catalogue = await catalogueOf(tag);
    for (const text of Object.values(catalogue)) {
      expect(text).toMatch(/^[^\0\r\n]+$/);
      expect(text).not.toMatch(/^\d/);
      expect(Buffer.byteLength(text)).toBeLessThan(400);
    }
  });

  it("says everything in its own words", async () => {
    const catalogue = await catalogueOf(tag);
    expect(messageIds.filter((id) => catalogue[id] === id && !wordless.has(id))).toEqual([]);
  });
});
