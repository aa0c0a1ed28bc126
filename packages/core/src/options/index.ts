export { checkOptions } from "./check-options.ts";
export { allowedBy } from "./describe-option.ts";
export { nearestName } from "./nearest-name.ts";
export { OptionRangeError, OptionTypeError, type OptionFault } from "./option-error.ts";
export {
  aFunction,
  amount,
  boolean,
  count,
  either,
  listOf,
  nameCodec,
  nested,
  optionTable,
  pem,
  port,
  secretText,
  signal,
  text,
  word,
  type OptionRow,
  type OptionRows,
  type OptionTable,
} from "./option-row.ts";
