// docs/verbs.md from the verb catalogue and from the tests: every verb with its argument, source, replies, FEAT and tests.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { root } from "./bootstrap.js";

/** The folders whose tests send commands to the server, as they stand there. */
const testFolders = ["packages/core/test/ftp-server", "packages/core/test/formats"];

/** Which test files send which commands: from a verb, `SITE` and its word for those, to the files' names, sorted. */
export function testsOfVerbs(verbNames, siteVerbNames) {
  const names = [...verbNames, ...siteVerbNames.map((name) => `SITE ${name}`)];
  const found = new Map(names.map((name) => [name, []]));
  for (const folder of testFolders) {
    for (const name of readdirSync(join(root, folder)).filter((file) => file.endsWith(".test.ts"))) {
      const sent = commandsIn(join(root, folder, name));
      const shown = `${basename(folder)}/${name.slice(0, -".test.ts".length)}`;
      for (const verb of names) if (sent.some((line) => begins(line, verb))) found.get(verb).push(shown);
    }
  }
  for (const files of found.values()) files.sort();
  return found;
}

const begins = (line, verb) => line === verb || line.startsWith(`${verb} `);

/** The lines of a test's strings, but for those that are titles, or that it expects to get. */
function commandsIn(file) {
  const lines = [];
  const visit = (node) => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) lines.push(...node.text.split("\r\n"));
    if (ts.isTemplateMiddleOrTemplateTail(node)) lines.push(...node.text.split("\r\n").slice(1));
    // A verb in an event or a reply that is looked for is told, not sent.
    if (ts.isPropertyAssignment(node) && node.name.getText() === "verb") return;
    if (ts.isCallExpression(node) && (isTitled(node) || isExpectation(node))) {
      visit(node.expression);
      if (isTitled(node)) node.arguments.slice(1).forEach(visit);
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true));
  return lines;
}

/** `it("…", …)`, `describe("…", …)`, and `it.each(…)("…", …)`: the call whose first argument is the title. */
function isTitled({ expression }) {
  const called = ts.isCallExpression(expression) ? expression.expression : expression;
  const first = ts.isPropertyAccessExpression(called) ? called.expression : called;
  const isEach = ts.isPropertyAccessExpression(called) && called.name.text === "each";
  if (!ts.isIdentifier(first) || !["it", "describe"].includes(first.text)) return false;
  return isEach === ts.isCallExpression(expression);
}

/** `expect(…).toBe(…)` and its like: what stands in the last parentheses comes from the server. */
const isExpectation = ({ expression }) =>
  ts.isPropertyAccessExpression(expression) && /^to[A-Z]/.test(expression.name.text);

/** The page's text. `sessionFeatures` are the verbs whose line in FEAT depends on the session. */
export function verbsPage({ verbs, siteVerbs, sessionFeatures }) {
  const tests = testsOfVerbs(Object.keys(verbs), Object.keys(siteVerbs));
  const rows = Object.values(verbs);
  const always = rows[0].replies.filter((code) => rows.every(({ replies }) => replies.includes(code)));
  const line = (name, row, left) =>
    cells([
      code(name),
      code(row.argument.syntax),
      row.summary,
      row.source,
      [...new Set(row.replies)]
        .filter((reply) => !left.includes(reply))
        .sort()
        .join(" "),
      sessionFeatures.includes(name) ? "by session" : code(row.feature ?? ""),
      tests.get(name).join(", "),
    ]);
  const table = (table, prefix, left) => [
    cells(["Verb", "Argument", "What it does", "Source", "Replies", "FEAT", "Tests"]),
    "|---|---|---|---|---|---|---|",
    ...Object.entries(table).map(([name, row]) => line(`${prefix}${name}`, row, left)),
  ];
  return `${[
    "# Verbs\n",
    "What the server understands. This page is made by `npm run docs` from the verb catalogue",
    "(`packages/core/src/protocol/ftp/verbs.ts`) and from the tests.\n",
    "The replies are those that a verb's source allows, and more than any one server gives;",
    `${always.sort().join(", ")} may answer any verb and are left out. A verb's tests are the files in \`packages/core/test\``,
    "that send it to a server. *By session* says that the line in FEAT depends on what the",
    "session has chosen and what its storage can do. FEAT has `TVFS` and `UTF8` besides.\n",
    ...table(verbs, "", always),
    "\n## SITE\n",
    ...table(siteVerbs, "SITE ", []),
  ].join("\n")}\n`;
}

const code = (text) => (text === "" ? "" : `\`${text}\``);
const cells = (texts) => `| ${texts.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
