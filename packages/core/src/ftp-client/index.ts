export { OptionRangeError, OptionTypeError, type OptionFault } from "../options/index.ts";
export type {
  CodePage,
  DataFormatOptions,
  HashAlgorithm,
  ListedEntry,
  ListingDialect,
  NameCodec,
  ReceivedReply,
  RecordLayout,
  RepresentationType,
} from "../protocol/index.ts";
export { FtpClient } from "./client.ts";
export { incompleteListing, isUsableName, listingFault } from "./listing-names.ts";
export { extendedPassiveProbe } from "./data-connection.ts";
export type { FormatOptions, RestartPoint } from "./format-options.ts";
export { worthDeflating } from "./compression.ts";
export { transferBetween, type BetweenOptions, type BetweenResult } from "./fxp.ts";
export { FtpDownload } from "./download.ts";
export {
  ClientBusyError,
  ClientClosedError,
  DataConnectionAttemptsError,
  FtpConnectionError,
  FtpOutOfStepError,
  FtpError,
  FtpReplyError,
  FtpTimeoutError,
  FtpTlsError,
  FtpTransferError,
  LocalFileError,
  ServersRefusedError,
  type DataConnectionAttempt,
  type FtpErrorDetails,
  type FtpTimeoutPhase,
  type FtpTransferErrorKind,
  type ServerToServerAttempt,
} from "./errors.ts";
export { measured, type FtpClientEvents, type FtpClientTrace, type ProgressEvent, type SentCommand } from "./events.ts";
export type { DialFunction, DialPurpose, DialTarget } from "./open-socket.ts";
export type { RemoteHash, RemoteHashOptions } from "./hash.ts";
export { applyMirror } from "./mirror/apply-mirror.ts";
export { isPassing, MirrorError, type MirrorErrorKind } from "./mirror/mirror-error.ts";
export type {
  MirrorEvent,
  MirrorFailure,
  MirrorFileProgress,
  MirrorProgress,
  MirrorResult,
} from "./mirror/mirror-events.ts";
export type {
  FilteredEntry,
  LinkPolicy,
  MirrorApplyOptions,
  MirrorEnds,
  MirrorOptions,
  MirrorPlanOptions,
} from "./mirror/mirror-options.ts";
export {
  countSteps,
  type CopyReason,
  type CopyStep,
  type LinkStep,
  type MakeDirectoryStep,
  type MirrorComparison,
  type MirrorCounts,
  type MirrorNote,
  type MirrorNoteReason,
  type MirrorPlan,
  type MirrorStamp,
  type MirrorStep,
  type MirrorUnchanged,
  type PlanFailure,
  type RemoveDirectoryStep,
  type RemoveStep,
  type SetModeStep,
} from "./mirror/mirror-plan.ts";
export { mirror } from "./mirror/mirror.ts";
export { planMirror } from "./mirror/plan-mirror.ts";
export { formatMirrorPlan, parseMirrorPlan, planTextLimit } from "./mirror/plan-text.ts";
export type { DataMode, FtpClientOptions, KeepAliveOptions } from "./options.ts";
export type { FtpClientTlsOptions, TlsMode } from "./tls-options.ts";
export {
  BandwidthLimit,
  type Bandwidth,
  type BandwidthClock,
  type BandwidthLimitOptions,
  type PemSource,
  type TlsErrorKind,
} from "../net/index.ts";
export type { UploadSource } from "./sources.ts";
export type {
  DownloadOptions,
  OpenReadOptions,
  OpenWriteOptions,
  ListOptions,
  OperationOptions,
  TransferResult,
  UploadOptions,
} from "./transfer-options.ts";
export { FtpUpload } from "./upload.ts";
export { FtpStorage, type FtpStorageOptions } from "./storage/ftp-storage.ts";
export { FtpPool, type FtpPoolOptions, type PooledOperation, type PooledOptions } from "./pool/ftp-pool.ts";
export { meterMemory, meterSample, ProgressMeter } from "./progress-meter.ts";
export { noRetries, withRetries, type RetryEvent, type RetryPolicy } from "./retry/retry.ts";
export { isRetryable } from "./retry/retryable.ts";
export { abortTimeout } from "./resynchronise.ts";
export type { DiscardedState, SegmentedOptions, SegmentedResult } from "./segments/segmented-options.ts";
export { unsafeLocalName } from "./trees/local-names.ts";
export {
  treeDepth,
  type RemoveTreeOptions,
  type SkippedEntry,
  type SymlinkPolicy,
  type TreeFailure,
  type TreeFilter,
  type TreeOptions,
  type TreeResult,
  type TreeSelection,
  type TreeWork,
  type WalkedEntry,
  type WalkOptions,
} from "./trees/tree-options.ts";
export { walk } from "./trees/walk.ts";
export { parseFtpUrl, type FtpUrl } from "./url.ts";
