/** The shell in a terminal through a whole working day: its screens, the files that came of it, and docs/shell.md. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { walkThroughDay, type ShellDay } from "../../scripts/shell-day.js";
import { withScreens } from "../../scripts/shell-page.js";

let day: ShellDay;

beforeAll(async () => {
  day = await walkThroughDay();
});

afterAll(() => {
  day.remove();
});

const digest = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

describe("a day in the shell", () => {
  it("asks for the password without showing it, and keeps it nowhere", () => {
    for (const screen of Object.values(day.screens)) expect(screen).not.toContain("s3cret");
    expect(day.screens["look"]).toContain("Password for me at 127.0.0.1:\nConnected to 127.0.0.1 as me");
    const history = join(day.folder, "state", "twinport", "history");
    const lines = readFileSync(history, "utf8");
    expect(lines).not.toContain("s3cret");
    expect(lines).toContain("cd photos/\n");
    // Answers to questions are no commands.
    expect(lines.split("\n")).not.toContain("a");
    expect(statSync(history).mode & 0o777).toBe(0o600);
  });

  it("completes folders and files of the server", () => {
    expect(day.screens["complete"]).toMatch(/> cd photos\/\n.*\/photos> get b\nbeach\.jpg +bridge\.jpg/);
    expect(readdirSync(day.here)).toContain("beach.jpg");
  });

  it("breaks a transfer off by Ctrl-C, goes on with it, and has it whole", () => {
    expect(day.screens["progress"]).toMatch(/^ tape\.img +█+░+ +\d+% .*\/s/m);
    expect(day.screens["resume"]).toContain("Interrupted");
    expect(day.screens["resume"]).toMatch(/Got tape\.img: [\d.]+ MiB after [\d.]+ MiB/);
    expect(digest(join(day.here, "tape.img"))).toBe(digest(join(day.served, "tape.img")));
    expect(digest(join(day.here, "copy.img"))).toBe(digest(join(day.served, "tape.img")));
  });

  it("asks before each of many files", () => {
    expect(readdirSync(day.here)).toEqual(expect.arrayContaining(["bridge.jpg", "harbour.jpg"]));
    expect(day.screens["many"]).not.toContain("Got photos/beach.jpg");
  });

  it("mirrors both ways", () => {
    const names = ["beach.jpg", "bridge.jpg", "harbour.jpg", "sunset.jpg"];
    for (const folder of [day.here, day.served]) {
      expect(readdirSync(join(folder, "photos")).filter((name) => !name.startsWith("."))).toEqual(names);
    }
    expect(readFileSync(join(day.served, "photos/sunset.jpg"), "utf8")).toBe("sunset\n");
  });

  it("drops the line that is typed at Ctrl-C, and leaves with exit code 0", () => {
    expect(day.screens["leave"]).toMatch(/get wro\^C\n.*> quit\nended with 0$/);
  });

  it("looks as docs/shell.md shows it (npm run docs:shell)", () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../docs/shell.md"), "utf8");
    expect(withScreens(page, day.screens)).toBe(page);
  });
});
