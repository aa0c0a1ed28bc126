import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allCommands, commandPath, settableOptions, variableOf } from "../src/config/flag-sources.ts";
import { createProgram, ownVersion } from "../src/program.ts";
import { bashCompletion } from "../src/specification/completion-bash.ts";
import { fishCompletion } from "../src/specification/completion-fish.ts";
import { zshCompletion } from "../src/specification/completion-zsh.ts";
import { manPages } from "../src/specification/man-pages.ts";
import { leaves, specify } from "../src/specification/specification.ts";

const own = join(import.meta.dirname, "..");

describe("the commands", () => {
  it("have man pages that are current, and that the package names", () => {
    const pages = manPages(specify(createProgram()), ownVersion());
    expect(readdirSync(join(own, "man")).sort()).toEqual([...pages.keys()].sort());
    for (const [name, text] of pages) expect(readFileSync(join(own, "man", name), "utf8"), name).toBe(text);
    const { man } = JSON.parse(readFileSync(join(own, "package.json"), "utf8")) as { man: string[] };
    expect(man).toEqual([...pages.keys()].map((name) => `man/${name}`).sort());
  });

  it("have pages with each command, flag and argument", () => {
    const program = specify(createProgram());
    const pages = manPages(program, ownVersion());
    for (const command of leaves(program)) {
      const page = pages.get(`twinport-${command.path.replace(" ", "-")}.1`) ?? "";
      for (const { long } of command.flags) expect(page, command.path).toContain(long.replaceAll("-", "\\-"));
      for (const { name } of command.arguments) expect(page).toContain(`\\fI${name.replaceAll("-", "\\-")}\\fR`);
      // A dot or quote at the start of a line would be a request to roff.
      expect(page).not.toMatch(/^\.(?!TH|SH|TP|PP|BR?|nf|fi)/m);
    }
    expect(pages.get("twinport.1")).toContain("\\fB12\\fR");
  });

  it("are completed with all their flags and choices", () => {
    const program = specify(createProgram());
    for (const make of [bashCompletion, zshCompletion, fishCompletion]) {
      const script = make(program);
      for (const { path, flags } of leaves(program)) {
        expect(script).toContain(path.slice(path.lastIndexOf(" ") + 1));
        for (const { long, choices } of flags) {
          expect(script).toContain(make === fishCompletion ? `-l ${long.slice(2)}` : long);
          if (choices.length > 0) expect(script).toContain(choices.join(" "));
        }
      }
    }
  });

  it("have flags whose variables mean one thing within a command", () => {
    for (const command of allCommands(createProgram())) {
      const variables = settableOptions(command).map(variableOf);
      expect(new Set(variables).size, commandPath(command)).toBe(variables.length);
      for (const variable of variables) expect(variable).toMatch(/^TWINPORT_[A-Z0-9_]+$/);
      expect(variables).not.toContain("TWINPORT_PASSWORD");
    }
  });
});
