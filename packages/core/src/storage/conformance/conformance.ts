/** The conformance suite: what every storage does alike, as cases for any test runner. */
import { abilityCases } from "./ability-cases.ts";
import { brokenUploadCases } from "./broken-upload-cases.ts";
import type { ConformanceCase, ConformanceNeed } from "./conformance-case.ts";
import { folderCases } from "./folder-cases.ts";
import { nameCases } from "./name-cases.ts";
import { readingCases } from "./reading-cases.ts";
import { writingCases } from "./writing-cases.ts";

/**
 * The cases that every storage passes. Each is run with a fresh and empty storage of its own; a case fails by throwing.
 *
 * @param options - `without`: what the storage declares to be without; the cases that need it are left out.
 *
 * @example
 * ```ts
 * import test from "node:test";
 * import { MemoryStorage, storageConformance } from "@twinport/core/storage";
 *
 * for (const { name, run } of storageConformance()) test(name, () => run(new MemoryStorage()));
 * ```
 */
export function storageConformance(
  options: { readonly without?: readonly ConformanceNeed[] } = {},
): readonly ConformanceCase[] {
  const all = [...readingCases, ...writingCases, ...brokenUploadCases, ...folderCases, ...nameCases, ...abilityCases];
  const { without = [] } = options;
  return all.filter(({ needs }) => needs === undefined || !without.includes(needs));
}
