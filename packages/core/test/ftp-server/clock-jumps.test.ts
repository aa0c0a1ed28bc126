/** The machine's clock is set, by an hour or a year: no wait, limit or memory may follow it. */
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { PasswordChecker } from "../../src/accounts/password-checker.ts";
import { hashPassword } from "../../src/accounts/password-hash.ts";
import { PassivePorts } from "../../src/net/index.ts";
import { KeptUploads } from "../../src/storage/kept-uploads.ts";
import { RawSession } from "./raw-session.ts";
import { startServer } from "./server-fixture.ts";

const year = 365 * 24 * 3600 * 1000;

function setClock(by: number): void {
  const real = Date.now.bind(Date);
  vi.spyOn(Date, "now").mockImplementation(() => real() + by);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each([
  ["forward", year],
  ["back", -year],
])("a clock that is set %s by a year", (_, by) => {
  it("ends no session, and keeps none from being ended", async () => {
    const { port } = await startServer({ limits: { idleTimeout: 400, loginTimeout: 400 } });
    const session = await RawSession.logIn(port);
    onTestFinished(() => session.close());
    setClock(by);
    for (let looks = 0; looks < 6; looks++) {
      await new Promise((resolve) => setTimeout(resolve, 120));
      expect(await session.code("NOOP")).toBe(200);
    }
    expect(await session.ended()).toMatch(/^421 Idle/);
  });

  it("holds passive ports back neither longer nor less long", async () => {
    const ports = new PassivePorts({ host: "127.0.0.1", ports: [47_311, 47_311], quarantine: 150, wait: 5_000 });
    onTestFinished(() => ports.close());
    (await ports.arm("127.0.0.1", {})).release();
    setClock(by);
    const begun = performance.now();
    const again = await ports.arm("127.0.0.1", {});
    expect(performance.now() - begun).toBeGreaterThan(100);
    again.release();
  });

  it("drops no broken upload that is kept", async () => {
    const dropped: string[] = [];
    const kept = new KeptUploads<string>(1_000, ({ part }) => dropped.push(part));
    kept.keep({ uploader: "me", directory: "d", name: "a", base: undefined, part: "a", size: 1, since: Date.now() });
    setClock(by);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(dropped).toEqual([]);
    await expect.poll(() => dropped, { timeout: 5_000 }).toEqual(["a"]);
  });

  it("makes no password known for longer, nor forgets one", async () => {
    const hash = await hashPassword("secret", { ln: 10, r: 8, p: 1 });
    const checker = new PasswordChecker();
    expect(await checker.check("secret", hash)).toBe(true);
    setClock(by);
    expect(checker.knows("secret", hash)).toBe(true);
  });
});
