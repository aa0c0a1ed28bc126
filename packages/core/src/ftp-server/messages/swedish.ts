/** Every text in Swedish (RFC 2640 §4). */
import type { Catalogue } from "../../protocol/index.ts";
import { swedishArguments } from "./swedish-arguments.ts";
import { swedishReplies } from "./swedish-replies.ts";

export const swedish: Catalogue = { ...swedishArguments, ...swedishReplies };
