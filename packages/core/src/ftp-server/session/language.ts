/** The language of a session's replies (RFC 2640 §4). */
import type { Catalogue } from "../../protocol/index.ts";

/** The languages that replies can be in, by their tags (RFC 5646). */
export const languageTags = ["en", "es", "ja", "ko", "sv"] as const;

/** A tag of one of them. */
export type LanguageTag = (typeof languageTags)[number];

/** A language, with its texts; English is what the code itself is written in, and has no catalogue. */
export interface Language {
  readonly tag: LanguageTag;
  readonly catalogue?: Catalogue;
}

/** The language of every session that has not chosen one. */
export const english: Language = { tag: "en" };
