/** Password hashes: made and verified, and texts that are none. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashPassword, isPasswordHash, passwordLimit, verifyPassword } from "../../src/accounts/index.ts";

const cheap = { ln: 10, r: 8, p: 1 };

describe("password hashes", () => {
  it("are those of their passwords and of no others", () =>
    fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary", maxLength: 40 }),
        fc.string({ maxLength: 40 }),
        async (password, other) => {
          const hash = await hashPassword(password, { ln: 4, r: 1, p: 1 });
          expect(isPasswordHash(hash)).toBe(true);
          expect(await verifyPassword(password, hash)).toBe(true);
          expect(await verifyPassword(other, hash)).toBe(other === password);
        },
      ),
      { numRuns: 50 },
    ));

  it("name their cost and differ each time", async () => {
    const [one, two] = await Promise.all([hashPassword("secret", cheap), hashPassword("secret", cheap)]);
    expect(one).toMatch(/^\$scrypt\$ln=10,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
    expect(one).not.toContain("secret");
  });

  it("are understood when another program made them (RFC 7914 §12)", async () => {
    // The test vector for "pleaseletmein" and "SodiumChloride", its first 32 octets: scrypt's end is PBKDF2, whose
    // output is the same however much of it is asked for.
    const hash = Buffer.from("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2", "hex");
    const text = `$scrypt$ln=14,r=8,p=1$${Buffer.from("SodiumChloride").toString("base64")}$${hash.toString("base64")}`;
    expect(await verifyPassword("pleaseletmein", text)).toBe(true);
    expect(await verifyPassword("pleaseletmeout", text)).toBe(false);
  });

  it("take passwords of 1,024 octets and no longer ones", async () => {
    const longest = "x".repeat(passwordLimit);
    const hash = await hashPassword(longest, cheap);
    expect(await verifyPassword(longest, hash)).toBe(true);
    expect(await verifyPassword(`${longest}x`, hash)).toBe(false);
    await expect(hashPassword(`${longest}x`, cheap)).rejects.toThrow(RangeError);
    await expect(hashPassword("안".repeat(342), cheap)).rejects.toThrow(RangeError);
  });

  it("are not texts of another shape, or of a cost beyond all measure", async () => {
    const hash = await hashPassword("secret", cheap);
    const wrong = [
      "",
      "secret",
      `${hash}x`,
      ` ${hash}`,
      `${hash}\n`,
      hash.slice(0, -2),
      hash.replace("$scrypt", "$argon2id"),
      hash.replace("ln=10", "ln=0"),
      hash.replace("ln=10", "ln=24"),
      hash.replace("ln=10", "ln=99"),
      hash.replace("r=8", "r=0"),
      hash.replace("p=1", "p=0"),
      hash.replace("p=1", "p=-1"),
    ];
    for (const text of wrong) {
      expect(isPasswordHash(text), text).toBe(false);
      expect(await verifyPassword("secret", text), text).toBe(false);
    }
  });
});
