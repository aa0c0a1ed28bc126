export { normaliseFingerprint } from "./fingerprint.ts";
export { ArgumentError, type ArgumentErrorKind } from "./ftp/argument-error.ts";
export type { DataAddress } from "./ftp/address/data-address.ts";
export { formatExtendedPassiveAnswer, parseExtendedPassiveAnswer } from "./ftp/address/extended-passive-answer.ts";
export { isIPv4, isIPv6, normaliseAddress } from "./ftp/address/ip-address.ts";
export { formatPassiveAnswer, parsePassiveAnswer } from "./ftp/address/passive-answer.ts";
export { allocationArgument, type Allocation } from "./ftp/arguments/allocation.ts";
export type { ArgumentCodec } from "./ftp/arguments/argument-codec.ts";
export { byteOffsetArgument } from "./ftp/arguments/byte-offset.ts";
export { extendedAddressArgument } from "./ftp/arguments/extended-address.ts";
export { extendedPassiveArgument, type ExtendedPassiveWish } from "./ftp/arguments/extended-passive.ts";
export { hostNameArgument } from "./ftp/arguments/host-name.ts";
export { hostPortArgument } from "./ftp/arguments/host-port.ts";
export { listArgument, type ListArgument } from "./ftp/arguments/list-argument.ts";
export { formatModeOptions, parseModeOptions, type ModeOptions } from "./ftp/arguments/mode-options.ts";
export { modeCodeArgument, type ModeCode } from "./ftp/arguments/mode-code.ts";
export { noArgument } from "./ftp/arguments/none.ts";
export {
  authArgument,
  bufferSizeArgument,
  protectionArgument,
  type AuthMechanism,
  type ProtectionLevel,
} from "./ftp/arguments/security.ts";
export { optionsArgument, type OptionsArgument } from "./ftp/arguments/options.ts";
export { optionalPathArgument, pathArgument } from "./ftp/arguments/path.ts";
export { methodArgument } from "./ftp/arguments/secured-method.ts";
export { siteChmodArgument, type ModeAndPath } from "./ftp/arguments/site-chmod.ts";
export { siteUmaskArgument } from "./ftp/arguments/site-umask.ts";
export { siteUtimeArgument, type SiteTimes } from "./ftp/arguments/site-utime.ts";
export { structureCodeArgument, type StructureCode } from "./ftp/arguments/structure-code.ts";
export { optionalTextArgument, textArgument } from "./ftp/arguments/text.ts";
export { timeAndPathArgument, type TimeAndPath } from "./ftp/arguments/time-and-path.ts";
export { typeArgument, type RepresentationType } from "./ftp/arguments/type-code.ts";
export {
  CommandLineReader,
  defaultCommandLineLimit,
  formatCommandLine,
  type CommandLine,
  type CommandLineEvent,
} from "./ftp/command-line.ts";
export { DataFormatError, type DataFormatErrorKind } from "./ftp/data-format-error.ts";
export { parseFeatures } from "./ftp/features.ts";
export {
  byteSizeOf,
  defaultDataFormatOptions,
  describeFormat,
  hasMarkers,
  isPlain,
  isText,
  keepsConnection,
  pageLengthOf,
  unitOf,
  whyMeaningless,
  type DataFormat,
  type DataFormatOptions,
  type RepresentationOptions,
} from "./ftp/format/data-format.ts";
export { FileDecoder, type DecodedNote, type DecodedOctets } from "./ftp/format/file-decoder.ts";
export { FileEncoder, restartUnit, type EncoderStart } from "./ftp/format/file-encoder.ts";
export { compileGlob, globLimit, hasGlob } from "./ftp/glob.ts";
export { parseDosLine } from "./ftp/listing/dos.ts";
export { makeEntry, type FoundEntry, type ListedEntry, type ListingDialect } from "./ftp/listing/listed-entry.ts";
export { parseListing, type ListingOptions } from "./ftp/listing/listing-parser.ts";
export {
  defaultMlsxFacts,
  formatMlstFeature,
  formatMlsxLine,
  formatPermissions,
  mlsxFacts,
  parseMlstOptions,
  parseMlsxLine,
  type MlsxPermissions,
} from "./ftp/listing/mlsx.ts";
export type { ServerEntry } from "./ftp/listing/server-entry.ts";
export { formatUnixLine, parseUnixLine } from "./ftp/listing/unix.ts";
export { BlockDecoder, BlockEncoder, largestBlock } from "./ftp/mode/block.ts";
export { CompressedDecoder, CompressedEncoder } from "./ftp/mode/compressed.ts";
export { NetxBlockDecoder, NetxBlockEncoder } from "./ftp/mode/netx-block.ts";
export { restartMarkerLimit } from "./ftp/mode/restart-marker.ts";
export { StreamDecoder, StreamEncoder } from "./ftp/mode/stream.ts";
export { formatQuotedPath, parseQuotedPath } from "./ftp/quoted-path.ts";
export { formatReply } from "./ftp/reply.ts";
export { replyCode, type ReplyCode } from "./ftp/reply-codes.ts";
export {
  defaultReplyLimit,
  defaultReplyLineLimit,
  ReplyParser,
  ReplySyntaxError,
  type ReceivedReply,
  type ReplyLimits,
} from "./ftp/reply-parser.ts";
export type { DataElements, ModeDecoder } from "./ftp/representation/data-elements.ts";
export { AsciiDecoder, AsciiEncoder } from "./ftp/representation/ascii.ts";
export {
  FixedRecordDecoder,
  FixedRecordEncoder,
  IndexedRecordDecoder,
  IndexedRecordEncoder,
  SingleRecordDecoder,
  SingleRecordEncoder,
} from "./ftp/representation/binary-records.ts";
export { EbcdicDecoder, EbcdicEncoder, type CodePage } from "./ftp/representation/ebcdic.ts";
export { LocalByteDecoder, LocalByteEncoder } from "./ftp/representation/local-byte.ts";
export { PageDecoder, PageEncoder, type PageOptions } from "./ftp/representation/page.ts";
export { maxIndexedRecords, type RecordLayout } from "./ftp/representation/record-layout.ts";
export { TextRecordDecoder, TextRecordEncoder } from "./ftp/representation/text-records.ts";
export type { Station } from "./ftp/representation/station.ts";
export { IAC, TelnetDecoder } from "./ftp/telnet.ts";
export { formatTimeValue, parseTimeValue } from "./ftp/time.ts";
export {
  siteVerbNames,
  siteVerbs,
  verbNames,
  verbs,
  type SiteVerb,
  type SiteVerbArguments,
  type Verb,
  type VerbArguments,
  type VerbRow,
} from "./ftp/verbs.ts";
export { OctetWriter } from "./octet-writer.ts";
