/** Every text in Spanish (RFC 2640 §4). */
import type { Catalogue } from "../../protocol/index.ts";
import { spanishArguments } from "./spanish-arguments.ts";
import { spanishReplies } from "./spanish-replies.ts";

export const spanish: Catalogue = { ...spanishArguments, ...spanishReplies };
