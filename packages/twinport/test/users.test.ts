/** The users of `serve`: what an entry means, hashes of other programs, and what the errors of a file name. */
import { hashPassword } from "@twinport/core/accounts";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { gatherUsers, parseUser } from "../src/serve/users.ts";

const cheap = { ln: 10, r: 8, p: 1 };
const read = (text: string): unknown => parseUser(text, "here");

describe("an entry", () => {
  it("may have colons in its password, and says what the account may", () => {
    expect(read("me:a:b:ro")).toMatchObject({ name: "me", password: "a:b", permissions: { create: false } });
    expect(read("me:a:b:rw")).toMatchObject({ name: "me", password: "a:b", permissions: { create: true } });
    expect(read("me:a:b")).toMatchObject({ name: "me", password: "a:b", permissions: { create: true } });
    expect(read("me:::")).toMatchObject({ name: "me", password: "::" });
  });

  it("may have a hash of our own", async () => {
    const hash = await hashPassword("secret", cheap);
    expect(read(`me:${hash}:ro`)).toMatchObject({ name: "me", passwordHash: hash, permissions: { create: false } });
    expect(() => read("me:$scrypt$broken")).toThrow("here: the password hash of me is broken");
  });

  it("is refused without a colon, a name or a password, and no error shows a password", () => {
    for (const entry of ["hunter2", ":hunter2", "me:", "me::ro", "me:{plain}", `me:${"hunter2".repeat(147)}`]) {
      expect(() => read(entry), entry).toThrow(/^here: (?!.*hunter2)/);
    }
  });

  it("shows what is no letter of its name escaped", () => {
    expect(() => read("m\u001b[2Je:$6$salt$hash")).toThrow("m\\x1b[2Je");
  });
});

/** As other programs write them; the secrets are made up. */
const foreign = [
  "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/",
  "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
  "$2b$12$EXRkfkdmXn2gzds2SSitu.MW9.gAVqa9eLS1//RYtYCg1JSkMM5mS",
  "$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC",
  "$5$rounds=5000$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc8",
  "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/O817G3uBnIFNjnQJu",
  "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D",
  "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC",
  "$gy$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC",
  "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b0bjw",
  "$apr1$salt$qc3Yw0AQqKG0L2KMYnXcE.",
  "$P$BDpZ9nJcTYKn0gZQdmCF.h1f3ZlFyQ1",
  "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
  "$md5,rounds=5000$GUBv0xjJ$$mSwgIswdjlTY0YxV7HBVm0",
  "{SSHA}DkMTwBl+a/3DfVUWxwTqzM3ByeDGTFUf",
  "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
  "{CRYPT}$6$saltstring$svn8UoSVapNtMuq1ukKS4t",
  "{SSHA512.HEX}0123456789abcdef",
  "{PBKDF2-SHA512}10000$/oQCc.$hash",
  "{BLF-CRYPT}$2y$05$c4WoMPo3SXsafkva.HHa6u",
  "{plain-md5}5f4dcc3b5aa765d61d8327deb882cf99",
  "_J9..rasmBYk8r9AiWNc",
  "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19",
  "md5a3556571e93b0d20722ba62be61e8c2d",
  "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy",
  "pbkdf2_sha256$260000$salt$hash",
  "argon2$argon2id$v=19$m=102400,t=2,p=8$salt$hash",
  "scrypt:32768:8:1$salt$hash",
  // passwd(5) and shadow(5), with or without a hash, and accounts that are locked.
  "x:1000:1000:Anna,,,:/home/anna:/bin/sh",
  "aaQSqAReePlq6:1000:1000::/home/anna:/bin/sh",
  "$6$saltstring$svn8UoSVapNtMuq1ukKS4t:19000:0:99999:7:::",
  "!:19000:0:99999:7:::",
  "*:19000:0:99999:7:::",
  "aaQSqAReePlq6:19000:0:99999:7::19999:",
  "!$6$saltstring$svn8UoSVapNtMuq1ukKS4t",
  "!!",
  "*LK*",
  "*LK*$5$saltstring$5B8vYYiY.CVt1RlTTf8KbX",
  "!",
  "*",
  "x",
  "*NP*",
];

describe("a password hash of another program", () => {
  it.each(foreign)("is refused, and becomes no plain password: %s", (hash) => {
    for (const entry of [`anna:${hash}`, `anna:${hash}:ro`]) {
      expect(() => read(entry)).toThrow(/^here: what anna has for a password is a/);
      expect(() => read(entry)).not.toThrow(hash.length > 3 ? hash : "no such text");
    }
    // The way out, for whoever has such a password.
    expect(read(`anna:{PLAIN}${hash}:ro`)).toMatchObject({ password: hash, permissions: { create: false } });
  });

  it("is not seen in passwords of people", () => {
    const plain = [
      "secret",
      "$ecret",
      "pa$$word",
      "a$6$b",
      "{",
      "{}",
      "{ a }",
      "!important",
      "*star*",
      "xx",
      "_under_score",
    ];
    const more = ["12:30", "key:1:2", "$100", "md5", "correct horse", "aaaaaaaaaaaaa", "P@ssw0rd", "sha256", "{plain"];
    for (const password of [...plain, ...more]) {
      const warnings: string[] = [];
      const user = parseUser(`anna:${password}`, "here", (warning) => warnings.push(warning));
      expect(user, password).toMatchObject({ password });
      expect(warnings).toEqual([]);
    }
  });

  it("that people's passwords may look like is taken as it is, with a warning that {PLAIN} ends", () => {
    for (const password of ["aaQSqAReePlq6", "5f4dcc3b5aa765d61d8327deb882cf99", "A".repeat(40)]) {
      const warnings: string[] = [];
      const warn = (warning: string): number => warnings.push(warning);
      expect(parseUser(`anna:${password}`, "here", warn)).toMatchObject({ password });
      expect(warnings).toEqual([expect.stringMatching(/^here: the password of anna looks like a/)]);
      expect(warnings.join()).not.toContain(password);
      expect(parseUser(`anna:{plain}${password}`, "here", warn)).toMatchObject({ password });
      expect(warnings).toHaveLength(1);
    }
  });
});

describe("a list of users", () => {
  let folder = "";
  let file = "";
  const warnings: string[] = [];
  const gather = (user: readonly string[] = [], usersFile = file): ReturnType<typeof gatherUsers> =>
    gatherUsers({ user, usersFile }, (warning) => warnings.push(warning));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "twinport-users-"));
    file = join(folder, "users");
    await writeFile(file, "", { mode: 0o600 });
    warnings.length = 0;
    vi.stubEnv("TWINPORT_USERS", undefined);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  it("may have comments, empty lines, a byte order mark, and any line ends", async () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      await writeFile(file, ["\uFEFF# users", "", "  anna:secret:ro ", "bjørn:blåbær", ""].join(end));
      expect(await gather()).toMatchObject([
        { name: "anna", password: "secret", permissions: { create: false } },
        { name: "bjørn", password: "blåbær" },
      ]);
    }
    expect(warnings).toEqual([]);
  });

  it("tells file and line of what is wrong", async () => {
    const wrong = ["anna", ":secret", "anna:", "root:x:0:0:root:/root:/bin/sh", "anna:$6$salt$hash", "bert:again"];
    for (const line of wrong) {
      await writeFile(file, `# one\r\nbert:secret\r\n\r\n${line}\r\nlast:one\r\n`);
      await expect(gather(), line).rejects.toThrow(`${file}:4: `);
    }
    await writeFile(file, Buffer.from("anna:secret\nbj\u00f8rn:x\n", "latin1"));
    await expect(gather()).rejects.toThrow(`${file}:2: the line is not UTF-8`);
    await writeFile(file, Buffer.from("anna:secret\n", "utf16le"));
    await expect(gather()).rejects.toThrow(`${file}:1: the line holds a NUL`);
    await expect(gather([], join(folder, "missing"))).rejects.toThrow(`${join(folder, "missing")}: the file of users`);
    await expect(gather([], folder)).rejects.toThrow(`${folder}: the file of users cannot be read`);
  });

  it("tells where a name was before, in whatever source", async () => {
    await writeFile(file, "anna:one\n");
    await expect(gather(["bert:x1", "anna:two"])).rejects.toThrow(
      `${file}:1: the user anna is there already (--user (number 2))`,
    );
    vi.stubEnv("TWINPORT_USERS", "cleo:x1,anna:three");
    await expect(gather()).rejects.toThrow(`${file}:1: the user anna is there already (TWINPORT_USERS (entry 2))`);
  });

  it("refuses foreign hashes in flags and in the variable too", async () => {
    await expect(gather(["anna:$6$salt$hash"])).rejects.toThrow("--user: what anna has for a password is");
    vi.stubEnv("TWINPORT_USERS", "bert:secret,anna:$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$hash");
    await expect(gather()).rejects.toThrow("TWINPORT_USERS (entry 2): what anna has for a password is");
  });

  it("takes our own hashes from the variable, whose commas part entries", async () => {
    const hash = await hashPassword("secret", cheap);
    vi.stubEnv("TWINPORT_USERS", `anna:${hash}:ro,bert:secret\ncleo:${hash}`);
    expect(await gather()).toMatchObject([
      { name: "anna", passwordHash: hash },
      { name: "bert", password: "secret" },
      { name: "cleo", passwordHash: hash },
    ]);
  });

  it("warns of a file that others may read", async () => {
    await chmod(file, 0o644);
    expect(await gather()).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(`chmod 600 ${file}`)]);
  });
});
