/** What the server says has a name in the catalogue: no reply and no error that becomes one is a bare sentence. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { messageIds } from "../../packages/core/src/protocol/ftp/messages/message-ids.ts";

const core = resolve(import.meta.dirname, "../../packages/core/src");

/** Errors that `replyForError` makes replies of. */
const errors = /^(?:Command|Argument|Storage|DataConnection|Tls|DataFormat)Error$/;

/** What only the client throws, what only tests do, and TFTP, whose error packets know no languages. */
const elsewhere = /^ftp-client\/|^tftp\/|^storage\/conformance\/|client-session\.ts$|\/messages\//;

/** Replies that programs read: the same in every language. */
const forPrograms = [
  /^"(?:PBSZ=0|UNIX Type: L8|End)"$/,
  /^`(?:Modify|Create|Name)=[^`]*`$/,
  /^`MARK [^`]*`$/,
  /^`SSCN:[^`]*`$/,
  /^`(?:\$\{[^}]+\}[ -]?)+`$/,
];

const files = readdirSync(core, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => !elsewhere.test(relative(core, file)))
  .map((file) => ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true));

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => {
    walk(child, visit);
  });
}

/** The literals that an argument may come to, as they are written. */
function literals(node: ts.Expression): ts.Expression[] {
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return [node];
  if (ts.isConditionalExpression(node)) return [...literals(node.whenTrue), ...literals(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return literals(node.expression);
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(literals);
  if (ts.isBinaryExpression(node)) return [...literals(node.left), ...literals(node.right)];
  return [];
}

/** Where texts for the peer stand: the second argument of those errors and of `reply`. */
function textsIn(file: ts.SourceFile): ts.Expression[] {
  const found: ts.Expression[] = [];
  walk(file, (node) => {
    const named =
      (ts.isNewExpression(node) && errors.test(node.expression.getText())) ||
      (ts.isCallExpression(node) && /\.(?:reply|#fail)$/.test(node.expression.getText()));
    if (named) for (const argument of node.arguments?.slice(1, 2) ?? []) found.push(...literals(argument));
  });
  return found;
}

describe("what the server says", () => {
  it("is named in the catalogue, but for what programs read", () => {
    const bare = files.flatMap((file) =>
      textsIn(file)
        .map((text) => text.getText())
        .filter((text) => !forPrograms.some((pattern) => pattern.test(text)))
        .map((text) => `${relative(core, file.fileName)}: ${text}`),
    );
    expect(bare).toEqual([]);
  });

  it("is looked for where it is said", () => {
    const code = 'session.reply(200, "Done"); throw new StorageError("busy", ok ? `${path}: busy` : message("x"));';
    const found = textsIn(ts.createSourceFile("x.ts", code, ts.ScriptTarget.Latest, true));
    expect(found.map((text) => text.getText())).toEqual(['"Done"', "`${path}: busy`"]);
  });

  it("is said somewhere", () => {
    const exact = new Set<string>();
    const patterns: RegExp[] = [];
    for (const file of files) {
      walk(file, (node) => {
        if (ts.isStringLiteralLike(node)) exact.add(node.text);
        if (!ts.isTemplateExpression(node) || !ts.isCallExpression(node.parent)) return;
        const texts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
        if (texts.join("").length > 5) patterns.push(new RegExp(`^${texts.map(escaped).join(".+")}$`));
      });
    }
    expect(messageIds.filter((id) => !exact.has(id) && !patterns.some((pattern) => pattern.test(id)))).toEqual([]);
  });
});

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
