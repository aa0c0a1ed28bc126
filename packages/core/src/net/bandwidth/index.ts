export {
  bandwidthQuantum,
  BandwidthLimit,
  type BandwidthClaim,
  type BandwidthClock,
  type BandwidthLimitOptions,
} from "./bandwidth-limit.ts";
export { bandwidthLimits, Pace, paceOf, type Bandwidth } from "./pace.ts";
