export { normaliseFingerprint } from "./fingerprint.ts";
export { ArgumentError, type ArgumentErrorKind } from "./ftp/argument-error.ts";
export type { DataAddress } from "./ftp/address/data-address.ts";
export { formatExtendedPassiveAnswer, parseExtendedPassiveAnswer } from "./ftp/address/extended-passive-answer.ts";
export { isIPv4, isIPv6, normaliseAddress, octetsOfAddress } from "./ftp/address/ip-address.ts";
export { formatPassiveAnswer, parsePassiveAnswer } from "./ftp/address/passive-answer.ts";
export { formatLongPassiveAnswer, parseLongPassiveAnswer } from "./ftp/address/long-passive-answer.ts";
export { allocationArgument, type Allocation } from "./ftp/arguments/allocation.ts";
export type { ArgumentCodec } from "./ftp/arguments/argument-codec.ts";
export { byteOffsetArgument } from "./ftp/arguments/byte-offset.ts";
export { byteRangeArgument, type ByteRange } from "./ftp/arguments/byte-range.ts";
export {
  factsAndPathArgument,
  formatSettableFacts,
  type FactsAndPath,
  type SettableFacts,
} from "./ftp/arguments/facts-and-path.ts";
export { extendedAddressArgument } from "./ftp/arguments/extended-address.ts";
export { extendedPassiveArgument, type ExtendedPassiveWish } from "./ftp/arguments/extended-passive.ts";
export { hostNameArgument } from "./ftp/arguments/host-name.ts";
export { hostPortArgument } from "./ftp/arguments/host-port.ts";
export { languageTagArgument } from "./ftp/arguments/language-tag.ts";
export { listArgument, type ListArgument } from "./ftp/arguments/list-argument.ts";
export { longAddressArgument } from "./ftp/arguments/long-address.ts";
export { modifiedTimeArgument, type ModifiedTime } from "./ftp/arguments/modified-time.ts";
export { pathAndRangeArgument, type PathAndRange } from "./ftp/arguments/path-and-range.ts";
export { pathListArgument, pathListLimit, twoPathsArgument, type TwoPaths } from "./ftp/arguments/path-list.ts";
export { plannedTransferArgument, type PlannedTransfer, type PlannedVerb } from "./ftp/arguments/planned-transfer.ts";
export { secondsArgument } from "./ftp/arguments/seconds.ts";
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
  checkRepresentation,
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
export { compilePathGlob, pathGlobLimit } from "./glob/path-glob.ts";
export { hashAlgorithms, toHashAlgorithm, type HashAlgorithm } from "./ftp/hash-algorithm.ts";
export { formatUnixLine } from "./ftp/listing/format-unix-line.ts";
export { parseDosLine } from "./ftp/listing/dos.ts";
export { separatorOf, type ListingDialect } from "./ftp/listing/dialects.ts";
export { makeEntry, type FoundEntry, type ListedEntry } from "./ftp/listing/listed-entry.ts";
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
export { parseUnixLine } from "./ftp/listing/unix.ts";
export { BlockDecoder, BlockEncoder, largestBlock } from "./ftp/mode/block.ts";
export { CompressedDecoder, CompressedEncoder } from "./ftp/mode/compressed.ts";
export { NetxBlockDecoder, NetxBlockEncoder } from "./ftp/mode/netx-block.ts";
export { restartMarkerLimit } from "./ftp/mode/restart-marker.ts";
export { StreamDecoder, StreamEncoder } from "./ftp/mode/stream.ts";
export type { NameCodec } from "./ftp/name-codec.ts";
export { formatQuotedPath, parseQuotedPath } from "./ftp/quoted-path.ts";
export {
  message,
  renderText,
  type Catalogue,
  type Message,
  type MessageId,
  type MessageValue,
  type PlainMessageId,
  type Text,
} from "./ftp/message.ts";
export type { ArgumentMessageId, ReplyMessageId } from "./ftp/messages/message-ids.ts";
export { formatReply, shortenReplyText } from "./ftp/reply.ts";
export { replyCode, type ReplyCode } from "./ftp/reply-codes.ts";
export {
  defaultReplyLimit,
  defaultReplyLineLimit,
  ReplyParser,
  ReplySyntaxError,
  type ReceivedReply,
  type ReplyLimits,
} from "./ftp/reply-parser.ts";
export { AsciiDecoder, AsciiEncoder } from "./ftp/representation/ascii.ts";
export {
  FixedRecordDecoder,
  FixedRecordEncoder,
  SingleRecordDecoder,
  SingleRecordEncoder,
  type RecordLayout,
} from "./ftp/representation/binary-records.ts";
export type { DataElements, FileContent, ModeDecoder, StructureEncoder } from "./ftp/representation/data-elements.ts";
export { EbcdicDecoder, EbcdicEncoder, type CodePage } from "./ftp/representation/ebcdic.ts";
export { IndexedRecordDecoder, IndexedRecordEncoder } from "./ftp/representation/indexed-records.ts";
export { LocalByteDecoder, LocalByteEncoder } from "./ftp/representation/local-byte.ts";
export { PageDecoder, PageEncoder, type PageEncoderOptions, type PageFormat } from "./ftp/representation/page.ts";
export { RecordLengths, recordCountLimit } from "./ftp/representation/record-lengths.ts";
export { TextRecordDecoder, TextRecordEncoder } from "./ftp/representation/text-records.ts";
export type { Station } from "./ftp/representation/station.ts";
export { escapeTelnet, IAC, TelnetDecoder, telnetSynch } from "./ftp/telnet.ts";
export { formatTimeValue, parseTimeValue } from "./ftp/time.ts";
export { verbNames, verbs, type Verb, type VerbArguments } from "./ftp/verbs.ts";
export { siteVerbNames, siteVerbs, type SiteVerb, type SiteVerbArguments } from "./ftp/verbs/site.ts";
export { inUse, type VerbRow } from "./ftp/verbs/verb-row.ts";
export { OctetWriter } from "./octet-writer.ts";
export {
  decodeOctetText,
  encodeOctetText,
  escapeOctetText,
  holdsOctets,
  isOctetText,
  octetTextLength,
} from "./octet-text.ts";
export {
  proxyHeaderLimit,
  ProxyHeaderError,
  ProxyHeaderParser,
  proxyLineLimit,
  type ParsedProxyHeader,
  type ProxiedEndPoint,
  type ProxyHeader,
} from "./proxy-protocol.ts";
export { distanceOf, fittingWindow, toWireNumber, type Rollover } from "./tftp/block-numbers.ts";
export { TftpGroupMember, type TftpGroupMemberOptions } from "./tftp/group-member.ts";
export { TftpGroupReceiver, type TftpGroupReceiverOptions } from "./tftp/group-receiver.ts";
export { strayLimit, TftpGroupSender, type TftpGroupSenderOptions } from "./tftp/group-sender.ts";
export {
  noCounts,
  type TftpCounts,
  type TftpFailure,
  type TftpMachineOptions,
  type TftpState,
} from "./tftp/machine.ts";
export {
  formatMulticastAnswer,
  isMulticastAddress,
  multicastBlockLimit,
  multicastPort,
  parseMulticastAnswer,
  type MulticastAnswer,
  type MulticastGroup,
} from "./tftp/multicast-option.ts";
export { NetasciiDecoder, NetasciiEncoder } from "./tftp/netascii.ts";
export {
  acceptOptions,
  answerOptions,
  asksForMulticast,
  defaultBlockSize,
  largestBlockSize,
  largestWindowSize,
  plainAgreement,
  requestOptions,
  smallestBlockSize,
  TftpOptionError,
  type NegotiationAnswer,
  type NegotiationLimits,
  type TftpAgreement,
  type WantedOptions,
} from "./tftp/options.ts";
export {
  blockOf,
  dataHeaderLength,
  isNoise,
  formatAcknowledgment,
  formatError,
  formatOptionAcknowledgment,
  formatRequest,
  opcodeOf,
  parseError,
  parseOptionAcknowledgment,
  parseRequest,
  requestLimit,
  tftpErrorCode,
  tftpOpcode,
  TftpPacketError,
  writeBlockHeader,
  type TftpErrorPacket,
  type TftpOption,
  type TftpRequest,
} from "./tftp/packet.ts";
export { TftpReceiver, type TftpReceiverOptions } from "./tftp/receiver.ts";
export {
  defaultInitialTimeout,
  defaultPatience,
  defaultRetries,
  defaultShortestTimeout,
  RetransmissionTimer,
  type RetransmissionOptions,
} from "./tftp/retransmission-timer.ts";
export { TftpSender, type TftpSenderOptions } from "./tftp/sender.ts";
export { formatTftpUrl, parseTftpUrl, tftpPort, type TftpUrl } from "./tftp/url.ts";
