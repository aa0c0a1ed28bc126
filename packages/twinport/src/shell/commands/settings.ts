/** Settings: all of them, in one place. */
import { nearestNames } from "../../config/nearest.ts";
import { printable, UsageError } from "../../exit-codes.ts";
import { neededAt, textAt, type Given, type ShellCommand } from "../command.ts";
import type { CommandContext, Workplace } from "../context.ts";
import { settingSpecs, type SettingSpec } from "../settings.ts";
import { setFormatting } from "./representation.ts";
import { applySetting } from "./switches.ts";

/** Finds a setting by its name or a beginning of it that no other has. @throws UsageError. */
function findSetting(name: string): SettingSpec {
  const exact = settingSpecs.find((spec) => spec.name === name);
  const begun = settingSpecs.filter((spec) => spec.name.startsWith(name));
  const found = exact ?? (begun.length === 1 ? begun[0] : undefined);
  if (found !== undefined) return found;
  const near =
    begun.length > 1
      ? begun.map((spec) => spec.name)
      : nearestNames(
          name,
          settingSpecs.map((spec) => spec.name),
        );
  throw new UsageError(
    `There is no setting ${name}${near.length === 0 ? "; see set" : `; did you mean ${near.join(", ")}?`}`,
  );
}

const formatSettings: ReadonlySet<string> = new Set(["type", "form", "structure", "mode"]);

async function set(context: CommandContext, given: Given): Promise<void> {
  const name = textAt(given, 0);
  if (name === undefined) return writeSettings(context, settingSpecs);
  const spec = findSetting(name);
  const value = given.words
    .slice(1)
    .map(({ text }) => text)
    .join(" ");
  if (given.words.length < 2) return writeSettings(context, [spec]);
  if (formatSettings.has(spec.name)) await setFormatting(context, spec, value);
  else applySetting(context, spec, value);
}

async function unset(context: CommandContext, given: Given): Promise<void> {
  const spec = findSetting(neededAt(given, 0));
  const fresh = { ...context.place.settings };
  spec.reset(fresh);
  if (formatSettings.has(spec.name)) await setFormatting(context, spec, spec.show(fresh));
  else if (spec.choices?.includes("on") === true) applySetting(context, spec, spec.show(fresh));
  else spec.reset(context.place.settings);
}

async function writeSettings({ place, output }: CommandContext, specs: readonly SettingSpec[]): Promise<void> {
  for (const { name, show, summary } of specs) {
    await output.write(
      `${name.padEnd(14)} ${printable(show(place.settings)).padEnd(20)} ${specs.length > 1 ? summary : ""}`.trimEnd() +
        "\n",
    );
  }
}

async function status(context: CommandContext): Promise<void> {
  const { output, place, shell } = context;
  const lines = [connectionLine(place), `Folder here: ${printable(place.folder)}`];
  const { secondary } = shell;
  if (secondary.client !== undefined) lines.push(`Second server: ${connectionLine({ ...place, site: secondary })}`);
  const { settings, names, restart } = place;
  const show = (name: string): string => settingSpecs.find((spec) => spec.name === name)?.show(settings) ?? "";
  lines.push(`Type ${show("type")}, format ${settings.form}, structure ${settings.structure}, mode ${settings.mode}`);
  const on = settingSpecs.filter(({ choices }) => choices?.includes("on") === true);
  lines.push(
    `On: ${on
      .filter((spec) => spec.show(settings) === "on")
      .map(({ name }) => name)
      .join(", ")}`,
  );
  lines.push(
    `Off: ${on
      .filter((spec) => spec.show(settings) === "off")
      .map(({ name }) => name)
      .join(", ")}`,
  );
  if (names.map !== undefined) lines.push(`nmap: ${names.map.from} ${names.map.to}`);
  if (names.translate !== undefined) lines.push(`ntrans: "${names.translate.from}" "${names.translate.to}"`);
  if (restart !== undefined) lines.push(`The next transfer begins at ${restart.offset}`);
  if (shell.macros.size > 0) lines.push(`Macros: ${[...shell.macros.keys()].join(", ")}`);
  if (shell.jobs.list.length > 0) lines.push(`Jobs: ${shell.jobs.list.length}`);
  await output.write(lines.map((line) => `${wrapped(line, output.columns)}\n`).join(""));
}

function connectionLine({ site, settings }: Workplace): string {
  const { url, client } = site;
  if (url === undefined || client === undefined) return "Not connected";
  const how = `${client.secure ? "with TLS" : "in clear"}, ${settings.passive ? "passive" : "active"}`;
  const lost = client.closed ? ", lost" : "";
  return `Connected to ${printable(url.host)} port ${url.port} as ${printable(site.user ?? "")}, ${how}${lost}`;
}

/** Lines no longer than the screen is wide, broken at spaces. */
function wrapped(text: string, columns: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && last.length + word.length + 1 > columns - 1) lines.push(`  ${word}`);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.join("\n");
}

/** The commands. */
export const settingCommands: readonly ShellCommand[] = [
  {
    name: "set",
    summary: "show or change settings",
    arguments: [
      { name: "name", kind: "setting", optional: true },
      { name: "value", kind: "text", optional: true, many: true },
    ],
    plain: true,
    details: "set alone shows all of them, with what they mean.",
    run: set,
  },
  {
    name: "unset",
    summary: "set a setting back to what it was at first",
    arguments: [{ name: "name", kind: "setting" }],
    run: unset,
  },
  { name: "status", summary: "show the connection and the settings", arguments: [], run: status },
];
