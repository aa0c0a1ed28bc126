/** Accounts from a list, and the checker behind them. */
import { beforeAll, describe, expect, it } from "vitest";
import { checksWaiting, hashPassword, isRefusal, readOnly, StaticAccounts } from "../../src/accounts/index.ts";
import { PasswordChecker, TooManyChecksError } from "../../src/accounts/password-checker.ts";
import { MemoryStorage } from "../../src/storage/index.ts";

const cheap = { ln: 10, r: 8, p: 1 };
const storage = new MemoryStorage();
let hash = "";
let otherHash = "";

beforeAll(async () => {
  hash = await hashPassword("secret", cheap);
  otherHash = await hashPassword("other", cheap);
});

describe("static accounts", () => {
  it("log in by the right password, with all that the account has", async () => {
    const own = new MemoryStorage();
    const accounts = new StaticAccounts({
      storage,
      users: [
        { name: "anna", passwordHash: hash, home: "/anna", permissions: readOnly, welcome: "Hello" },
        { name: "bert", passwordHash: otherHash, storage: own },
      ],
    });
    const anna = await accounts.login({ user: "anna", password: "secret" });
    expect(anna).toEqual({ name: "anna", storage, home: "/anna", permissions: readOnly, welcome: "Hello" });
    expect(await accounts.login({ user: "bert", password: "other" })).toMatchObject({ name: "bert", storage: own });
  });

  it("refuse wrong passwords and unknown names alike", async () => {
    const accounts = new StaticAccounts({ storage, users: [{ name: "anna", passwordHash: hash }] });
    const refused = { refused: "credentials" };
    for (const password of ["", "Secret", "secret ", "other", "x".repeat(2000)])
      expect(await accounts.login({ user: "anna", password })).toEqual(refused);
    for (const user of ["", "Anna", "nobody", "anonymous", "ftp", "__proto__"])
      expect(await accounts.login({ user, password: "secret" })).toEqual(refused);
    // What unknown names are checked against is no password of theirs.
    expect(await accounts.login({ user: "nobody", password: "" })).toEqual(refused);
    expect(await accounts.login({ user: "nobody", password: "" })).toEqual(refused);
  });

  it("know a password again at once that was right a moment ago, and only that one", async () => {
    const accounts = new StaticAccounts({ storage, users: [{ name: "anna", passwordHash: hash }] });
    expect(accounts.login({ user: "anna", password: "secret" })).toBeInstanceOf(Promise);
    await accounts.login({ user: "anna", password: "secret" });
    expect(accounts.login({ user: "anna", password: "secret" })).toMatchObject({ name: "anna" });
    const wrong = accounts.login({ user: "anna", password: "other" });
    expect(wrong).toBeInstanceOf(Promise);
    expect(isRefusal(await wrong)).toBe(true);
    expect(accounts.login({ user: "anna", password: "other" })).toBeInstanceOf(Promise);
  });

  it("are replaced by another list as a whole, or not at all", async () => {
    const accounts = new StaticAccounts({
      storage,
      anonymous: true,
      users: [
        { name: "anna", passwordHash: hash },
        { name: "bert", password: "plain" },
        { name: "cleo", password: "was" },
      ],
    });
    const logIn = (user: string, password: string): ReturnType<StaticAccounts["login"]> =>
      accounts.login({ user, password });
    await Promise.all([logIn("anna", "secret"), logIn("bert", "plain"), logIn("cleo", "was")]);
    const faulty = [{ name: "dora", password: "new" }, { name: "none" }];
    expect(() => accounts.replace({ storage, users: faulty })).toThrow("no password");
    expect(logIn("anna", "secret")).toMatchObject({ name: "anna" });
    expect(accounts.isAnonymous("ftp")).toBe(true);
    expect(await logIn("dora", "new")).toEqual({ refused: "credentials" });
    accounts.replace({
      storage,
      users: [
        { name: "bert", password: "plain", permissions: readOnly },
        { name: "cleo", password: "is" },
        { name: "dora", password: "new" },
      ],
    });
    // A password that stayed is known at once, with what the account may now.
    expect(logIn("bert", "plain")).toEqual({ name: "bert", storage, permissions: readOnly });
    expect(await logIn("cleo", "was")).toEqual({ refused: "credentials" });
    expect(await logIn("cleo", "is")).toMatchObject({ name: "cleo" });
    expect(await logIn("dora", "new")).toMatchObject({ name: "dora" });
    expect(await logIn("anna", "secret")).toEqual({ refused: "credentials" });
    expect(accounts.isAnonymous("ftp")).toBe(false);
  });

  it("count for logins that are being checked while another list comes", async () => {
    const accounts = new StaticAccounts({
      storage,
      users: ["anna", "bert", "cleo"].map((name) => ({ name, passwordHash: hash })),
    });
    const logins = ["anna", "bert", "cleo"].map(async (user) => accounts.login({ user, password: "secret" }));
    const users = [
      { name: "bert", passwordHash: hash, home: "/new" },
      { name: "cleo", passwordHash: otherHash },
    ];
    accounts.replace({ storage, users });
    expect(await Promise.all(logins)).toEqual([
      { refused: "credentials" },
      { name: "bert", storage, home: "/new" },
      { refused: "credentials" },
    ]);
  });

  it("take passwords in plain text", async () => {
    const accounts = new StaticAccounts({ storage, users: [{ name: "anna", password: "secret" }] });
    expect(await accounts.login({ user: "anna", password: "secret" })).toEqual({ name: "anna", storage });
    expect(await accounts.login({ user: "anna", password: "other" })).toEqual({ refused: "credentials" });
  });

  it("let anonymous users in by any password where that is said, to read only", () => {
    const accounts = new StaticAccounts({ storage, anonymous: true });
    for (const user of ["anonymous", "ftp", "FTP", "Anonymous"]) {
      expect(accounts.isAnonymous(user)).toBe(true);
      const account = accounts.login({ user, password: "someone@example.org" });
      expect(account).toEqual({ name: "anonymous", anonymous: true, permissions: readOnly, storage });
    }
    expect(accounts.isAnonymous("anna")).toBe(false);
    expect(new StaticAccounts({ storage, anonymous: false }).isAnonymous("ftp")).toBe(false);
  });

  it("do not let a user named ftp in without a password", async () => {
    const accounts = new StaticAccounts({ storage, anonymous: true, users: [{ name: "ftp", passwordHash: hash }] });
    expect(accounts.isAnonymous("ftp")).toBe(false);
    expect(await accounts.login({ user: "ftp", password: "guess" })).toEqual({ refused: "credentials" });
    expect(await accounts.login({ user: "ftp", password: "secret" })).toMatchObject({ name: "ftp" });
  });

  it("refuse when too many passwords wait to be checked, and go on afterwards", async () => {
    const accounts = new StaticAccounts({ storage, users: [{ name: "anna", passwordHash: hash }] });
    const logins = Array.from({ length: checksWaiting + 20 }, () =>
      Promise.resolve(accounts.login({ user: "anna", password: "wrong" })),
    );
    const answers = (await Promise.all(logins)).map((answer) => (isRefusal(answer) ? answer.refused : "account"));
    expect(answers.filter((answer) => answer === "unavailable")).toHaveLength(19);
    expect(answers.filter((answer) => answer === "credentials")).toHaveLength(checksWaiting + 1);
    expect(await accounts.login({ user: "anna", password: "secret" })).toMatchObject({ name: "anna" });
  });

  it("are refused themselves without storage, password, or a hash that is one, or with a name twice", () => {
    const anna = { name: "anna", passwordHash: hash };
    expect(() => new StaticAccounts({ users: [anna] })).toThrow("no storage");
    expect(() => new StaticAccounts({ anonymous: true })).toThrow("no storage");
    expect(() => new StaticAccounts({ storage, users: [{ name: "anna" }] })).toThrow("no password");
    expect(() => new StaticAccounts({ storage, users: [{ name: "anna", passwordHash: "secret" }] })).toThrow("hash");
    expect(() => new StaticAccounts({ storage, users: [anna, anna] })).toThrow("twice");
  });
});

describe("the password checker", () => {
  it("does not know a password by a hash that was changed", async () => {
    const checker = new PasswordChecker();
    expect(checker.knows("secret", hash)).toBe(false);
    expect(await checker.check("secret", hash)).toBe(true);
    expect(checker.knows("secret", hash)).toBe(true);
    expect(checker.knows("secret", otherHash)).toBe(false);
    expect(checker.knows("secret", await hashPassword("secret", cheap))).toBe(false);
  });

  it("does not know a password that was wrong", async () => {
    const checker = new PasswordChecker();
    expect(await checker.check("guess", hash)).toBe(false);
    expect(checker.knows("guess", hash)).toBe(false);
  });

  it("checks one after the other, in the order in which they came", async () => {
    const checker = new PasswordChecker();
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await checker.check("secret", hash);
        order.push(index);
      }),
    );
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it("refuses one more than may wait", async () => {
    const checker = new PasswordChecker();
    const checks = Array.from({ length: checksWaiting + 1 }, () => checker.check("wrong", hash));
    await expect(checker.check("secret", hash)).rejects.toBeInstanceOf(TooManyChecksError);
    await Promise.all(checks);
    expect(await checker.check("secret", hash)).toBe(true);
  });
});
