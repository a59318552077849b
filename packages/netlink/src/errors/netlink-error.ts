import { brand, type ErrnoName, errnoName, errnoNumber, errnoText } from '@ns/syscalls'

/** What the kernel would have taken for an attribute: type, and bounds of its value or of its length in bytes. */
export interface Allowed {
  /** `'u32'`, `'string'`, … */
  readonly type?: string
  readonly min?: bigint
  readonly max?: bigint
  readonly minLength?: number
  readonly maxLength?: number
  /** Bits that may be set. */
  readonly mask?: bigint
}

/** What is known of a failure. */
export interface NetlinkErrorDetails {
  readonly errno: ErrnoName | number
  /** What was asked for: `'RTM_NEWLINK'`. */
  readonly call: string
  /** The object that was meant: `'eth0'`. */
  readonly path?: string | undefined
  readonly attribute?: string | undefined
  readonly missing?: string | undefined
  /** The kernel's own words. */
  readonly text?: string | undefined
  readonly allowed?: Allowed | undefined
  readonly hint?: string | undefined
}

/** A request that the kernel refused, or an answer that can't be read. Node's shape: match `code`. */
export class NetlinkError extends Error {
  static {
    brand(NetlinkError, 'NetlinkError')
  }
  override readonly name = 'NetlinkError'
  /** `'EEXIST'`; `'EBADMSG'` for an answer that can't be read, `'EINTR'` for a dump that changes kept interrupting. */
  readonly code: string
  /** Negative, as Node has it. */
  readonly errno: number
  /** The request: `'RTM_NEWLINK'`. */
  readonly syscall: string
  /** The object that was meant: `'eth0'`. */
  declare readonly path?: string
  /** The way to the attribute that the kernel refused: `'LINKINFO.DATA.PEER.IFNAME'`. */
  declare readonly attribute?: string
  /** The way to an attribute that it wants and did not get. */
  declare readonly missing?: string
  /** The kernel's own words. */
  declare readonly text?: string
  /** What it would have taken. */
  declare readonly allowed?: Allowed
  /** What to change. */
  declare readonly hint?: string

  constructor(details: NetlinkErrorDetails) {
    const { errno, call, path, attribute, missing, text, allowed, hint } = details
    const number = typeof errno === 'number' ? errno : errnoNumber(errno)
    const code = errnoName(number)
    const parts = [
      `${code}: ${errnoText(number)}, ${call}`,
      path !== undefined && ` '${path}'`,
      attribute && ` at ${attribute}`,
      text && `: ${text}`,
      missing && ` (missing: ${missing})`,
      allowed && ` (wanted: ${describeAllowed(allowed)})`,
      hint && `\n  hint: ${hint}`,
    ]
    super(parts.filter(Boolean).join(''))
    this.code = code
    this.errno = -number
    this.syscall = call
    if (path !== undefined) this.path = path
    if (attribute) this.attribute = attribute
    if (missing) this.missing = missing
    if (text) this.text = text
    if (allowed) this.allowed = allowed
    if (hint) this.hint = hint
  }
}

function describeAllowed({ type, min, max, minLength, maxLength, mask }: Allowed): string {
  const parts = [
    type,
    min !== undefined && `at least ${min}`,
    max !== undefined && `at most ${max}`,
    minLength !== undefined && `at least ${minLength} bytes`,
    maxLength !== undefined && `at most ${maxLength} bytes`,
    mask !== undefined && `bits of 0x${mask.toString(16)}`,
  ]
  return parts.filter(Boolean).join(', ')
}

/** Bytes that are no netlink message: what a decoder throws. */
export function malformed(text: string): NetlinkError {
  return new NetlinkError({ errno: 'EBADMSG', call: 'decode', text })
}
