/**
 * Texts for people, which a catalogue of another language may replace (RFC 2640 §4).
 *
 * A message is named by its English template, so that code reads as the reply does: `message("{path} deleted", { path })`.
 * The templates lie in messages/, from where the compiler knows which there are, and what each is to be given.
 */
import type { ArgumentMessageId, ReplyMessageId } from "./messages/message-ids.ts";

/** An English template: the name of a message. */
export type MessageId = ArgumentMessageId | ReplyMessageId;

/** The name of a message that is given nothing. */
export type PlainMessageId = { [Id in MessageId]: [Placeholder<Id>] extends [never] ? Id : never }[MessageId];

/** The names between braces in a template. */
export type Placeholder<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

/** What stands in for a placeholder. A message inside a message is told in the same language. */
export type MessageValue = string | number | Message;

/** A text that is not yet in any language. */
export interface Message {
  readonly id: MessageId;
  readonly values: Readonly<Record<string, MessageValue>>;
}

/** A text for the peer: a message, or one of the application's own, which is sent as it is. */
export type Text = Message | string;

/** The templates of a language, by the English ones. */
export type Catalogue = Readonly<Record<MessageId, string>>;

/** What `message` takes after the template: nothing for one without placeholders. */
type Values<Id extends MessageId> = [Placeholder<Id>] extends [never]
  ? []
  : [values: Readonly<Record<Placeholder<Id>, MessageValue>>];

/**
 * Names a text.
 *
 * @param id - Its English template.
 * @param values - What stands in for the names between its braces.
 */
export function message<Id extends MessageId>(id: Id, ...values: Values<Id>): Message {
  return { id, values: values[0] ?? {} };
}

/**
 * A text in a language.
 *
 * @param text - A message; any other text comes back as it is.
 * @param catalogue - The language's; English without one.
 */
export function renderText(text: Text, catalogue?: Catalogue): string {
  if (typeof text === "string") return text;
  const template = catalogue === undefined ? text.id : catalogue[text.id];
  // Most replies are of this kind, and need no search with a pattern.
  if (!template.includes("{")) return template;
  // In one pass: a file's name may hold braces too, and stays as it is.
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = text.values[name];
    if (value === undefined) return whole;
    return typeof value === "object" ? renderText(value, catalogue) : String(value);
  });
}
