// The screens in docs/shell.md: each stands behind a comment with its name.

/** The page with these screens in place of those that it has. Throws for a name that it has no place for, or asks for. */
export function withScreens(page, screens) {
  const placed = new Set();
  const text = page.replace(/(<!-- screen: (\w+) -->\n\n```\n)[^]*?(```\n)/g, (_all, begin, name, end) => {
    if (screens[name] === undefined) throw new Error(`There is no screen ${name}`);
    placed.add(name);
    return `${begin}${screens[name]}\n${end}`;
  });
  const missing = Object.keys(screens).filter((name) => !placed.has(name));
  if (missing.length > 0) throw new Error(`docs/shell.md has no place for ${missing.join(", ")}`);
  return text;
}
