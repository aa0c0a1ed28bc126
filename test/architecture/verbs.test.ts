/** The verb catalogue against the tests, and against its page. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { siteVerbNames, siteVerbs, verbNames, verbs } from "../../packages/core/src/protocol/index.ts";
import { commands } from "../../packages/core/src/ftp-server/commands/index.ts";
import { testsOfVerbs, verbsPage } from "../../scripts/verbs-page.js";

const root = resolve(import.meta.dirname, "../..");

describe("the verb catalogue", () => {
  it("has a test for every verb that sends it", () => {
    const tests = testsOfVerbs(verbNames, siteVerbNames);
    expect(tests.size).toBe(verbNames.length + siteVerbNames.length);
    expect([...tests].filter(([, files]) => files.length === 0).map(([verb]) => verb)).toEqual([]);
  });

  it("tells a verb that no test sends", () => {
    expect(testsOfVerbs(["NOOP", "XNVR"], []).get("XNVR")).toEqual([]);
  });

  it("is shown by docs/verbs.md as it is: npm run docs makes it", () => {
    const sessionFeatures = verbNames.filter((verb) => commands[verb].feature !== undefined);
    expect(readFileSync(join(root, "docs/verbs.md"), "utf8")).toBe(verbsPage({ verbs, siteVerbs, sessionFeatures }));
  });
});
