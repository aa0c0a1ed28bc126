/** The layer rule, read off the imports: layers import only downwards, each through its index, and client and server never each other. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const core = join(root, "packages/core/src");

/** What each layer may import; what is not listed it may not. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  bytes: [],
  options: [],
  protocol: [],
  storage: ["bytes", "protocol"],
  accounts: ["bytes", "protocol", "storage"],
  net: ["bytes", "protocol"],
  "ftp-client": ["bytes", "options", "protocol", "net", "storage"],
  "ftp-server": ["bytes", "options", "protocol", "storage", "accounts", "net"],
  tftp: ["bytes", "protocol", "storage", "accounts", "net"],
};

/** Node's modules that the pure layer may use. */
const pureModules: readonly string[] = ["node:zlib"];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;"']*?from\s+["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)|(?:^|\n)\s*import\s+["']([^"']+)["']/g,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

const layerOf = (file: string): string => relative(core, file).split(sep)[0] ?? "";

describe("the layers of core", () => {
  const files = sources(core);

  it("are those that the rule knows", () => {
    const layers = new Set(files.map(layerOf));
    expect([...layers].filter((layer) => !(layer in allowed))).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });

  it("import only downwards, and other layers through their index", () => {
    const wrong: string[] = [];
    for (const file of files) {
      const layer = layerOf(file);
      for (const name of importsOf(file)) {
        if (!name.startsWith(".")) continue;
        const target = resolve(dirname(file), name);
        const targetLayer = layerOf(target);
        if (targetLayer === layer) continue;
        const where = `${relative(core, file)} imports ${name}`;
        if (!(allowed[layer] ?? []).includes(targetLayer)) wrong.push(`${where}: ${layer} may not see ${targetLayer}`);
        else if (relative(core, target) !== join(targetLayer, "index.ts"))
          wrong.push(`${where}: not through the index`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("keep the two ends of TFTP apart, and the client from accounts", () => {
    const wrong: string[] = [];
    for (const file of files.filter((name) => layerOf(name) === "tftp")) {
      const [, part = ""] = relative(core, file).split(sep);
      for (const name of importsOf(file).filter((one) => one.startsWith("."))) {
        const [targetLayer, targetPart = ""] = relative(core, resolve(dirname(file), name)).split(sep);
        const other = part === "client" ? "server" : part === "server" ? "client" : undefined;
        const crosses = targetLayer === "tftp" && targetPart === other;
        const shared = part === "transfer" && targetLayer === "tftp" && targetPart !== "transfer";
        const forbidden = part !== "server" && targetLayer === "accounts";
        if (crosses || shared || forbidden) wrong.push(`${relative(core, file)} imports ${name}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("depend on no package, and the protocol on nothing but the language", () => {
    const wrong: string[] = [];
    for (const file of files) {
      for (const name of importsOf(file)) {
        if (name.startsWith(".")) continue;
        const pure = ["protocol", "bytes", "options"].includes(layerOf(file));
        if (!name.startsWith("node:") || (pure && !pureModules.includes(name)))
          wrong.push(`${relative(core, file)}: ${name}`);
      }
      const text = readFileSync(file, "utf8");
      if (
        layerOf(file) === "protocol" &&
        /\b(?:setTimeout|setInterval|process\.|Date\.now\(|Math\.random\()/.test(text)
      ) {
        wrong.push(`${relative(core, file)} uses a clock, randomness or the process`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("have an index that only re-exports", () => {
    const wrong: string[] = [];
    for (const file of files.filter((name) => name.endsWith(`${sep}index.ts`))) {
      const statements = readFileSync(file, "utf8")
        .replace(/\/\*[\s\S]*?\*\//g, "")
        .split(";");
      for (const statement of statements) {
        if (
          statement.trim() !== "" &&
          !/^export\s+(?:type\s+)?(?:\{[\s\S]*\}|\*)\s+from\s+"[^"]+"$/.test(statement.trim())
        ) {
          wrong.push(`${relative(core, file)}: ${statement.trim().slice(0, 60)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("the application", () => {
  it("imports core by its public subpaths only", () => {
    const wrong: string[] = [];
    const app = join(root, "packages/twinport/src");
    const manifest = readFileSync(join(root, "packages/core/package.json"), "utf8");
    const subpaths = [...manifest.matchAll(/^ {4}"(\.\/[a-z-]+)": \{$/gm)].map((match) => match[1]);
    expect(subpaths).toContain("./ftp-server");
    for (const file of sources(app)) {
      for (const name of importsOf(file)) {
        if (name.startsWith(".")) {
          if (!resolve(dirname(file), name).startsWith(app)) wrong.push(`${relative(root, file)}: ${name}`);
        } else if (name.startsWith("@twinport/core") && !subpaths.includes(`.${name.slice("@twinport/core".length)}`)) {
          wrong.push(`${relative(root, file)}: ${name}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("the tree", () => {
  it("has no room for odds and ends", () => {
    const wrong = sources(core)
      .concat(sources(join(root, "packages/twinport/src")))
      .filter((file) => /(?:^|[/\\])(?:utils?|helpers?|misc|common)\b/.test(relative(root, file)));
    expect(wrong).toEqual([]);
  });
});
