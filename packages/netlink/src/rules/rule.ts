import { checkKeys, invalidOption } from '@ns/syscalls'
import { type Attribute, bytes, text, u8, u32 } from '../codec/attribute.ts'
import { type Message, splitPayload } from '../codec/message.ts'
import { given, ifGiven } from '../codec/optional.ts'
import { type Family, familyName, familyNumber, formatIp, parseCidr } from '../text/ip.ts'

// include/uapi/linux/fib_rules.h

const FRA = {
  DST: 1,
  SRC: 2,
  IIFNAME: 3,
  GOTO: 4,
  PRIORITY: 6,
  FWMARK: 10,
  TABLE: 15,
  FWMASK: 16,
  OIFNAME: 17,
  UID_RANGE: 20,
  IP_PROTO: 22,
  SPORT_RANGE: 23,
  DPORT_RANGE: 24,
} as const
const actions = { lookup: 1, goto: 2, nop: 3, blackhole: 6, unreachable: 7, prohibit: 8 } as const
const FIB_RULE_INVERT = 2
/** Bytes of `struct fib_rule_hdr`. */
export const FIB_RULE_HDR = 12

/** From and to, both included. */
export type Range = readonly [first: number, last: number]

/** A rule that chooses the table by which a packet is routed. */
export interface RoutingRule {
  readonly family?: Family | undefined
  /** The lowest is looked at first. @default by the kernel, before those that are there */
  readonly priority?: number | undefined
  /** @default 'lookup' */
  readonly action?: keyof typeof actions | undefined
  /** Where `lookup` looks. */
  readonly table?: number | undefined
  /** The priority of the rule that `goto` goes on with. */
  readonly target?: number | undefined
  /** Whether it is for packets that all else does not fit. @default false */
  readonly invert?: boolean | undefined
  readonly source?: string | undefined
  readonly destination?: string | undefined
  /** Name of the link that the packet came by; `'lo'`: it is from here. */
  readonly incoming?: string | undefined
  /** Name of the link that its socket is bound to. */
  readonly outgoing?: string | undefined
  /** The firewall mark, and the bits of it that count. */
  readonly mark?: number | undefined
  readonly mask?: number | undefined
  /** User ids of the sender; only from within the user namespace that owns this one. */
  readonly uids?: Range | undefined
  /** The protocol's number: 6 is TCP, 17 UDP. */
  readonly protocol?: number | undefined
  readonly sourcePorts?: Range | undefined
  readonly destinationPorts?: Range | undefined
}

const keys: readonly (keyof RoutingRule)[] = [
  'family',
  'priority',
  'action',
  'table',
  'target',
  'invert',
  'source',
  'destination',
  'incoming',
  'outgoing',
  'mark',
  'mask',
  'uids',
  'protocol',
  'sourcePorts',
  'destinationPorts',
]

/** The body of RTM_NEWRULE and RTM_DELRULE. */
export function encodeRule(rule: RoutingRule): { header: Buffer; attributes: Attribute[] } {
  checkKeys('rule', rule, keys, 'net')
  const source = rule.source === undefined ? undefined : parseCidr('rule.source', rule.source)
  const destination =
    rule.destination === undefined ? undefined : parseCidr('rule.destination', rule.destination)
  const own = source?.family ?? destination?.family ?? familyNumber(rule.family ?? 'ipv4')
  const families = [source?.family, destination?.family, rule.family && familyNumber(rule.family)]
  if (families.some((family) => family !== undefined && family !== own))
    throw invalidOption('rule: source, destination and family do not go together', 'net')
  const { action = 'lookup', table } = rule
  if (!Object.hasOwn(actions, action))
    throw invalidOption(`rule.action: one of ${Object.keys(actions).join(', ')} is wanted`, 'net')
  const header = Buffer.alloc(FIB_RULE_HDR)
  header.writeUInt8(own, 0)
  header.writeUInt8(destination?.prefix ?? 0, 1)
  header.writeUInt8(source?.prefix ?? 0, 2)
  header.writeUInt8(table !== undefined && table < 256 ? table : 0, 4)
  header.writeUInt8(actions[action], 7)
  header.writeUInt32LE(rule.invert ? FIB_RULE_INVERT : 0, 8)
  const attributes = [
    ...ifGiven(rule.priority, (it) => u32(FRA, 'PRIORITY', it)),
    ...ifGiven(source, (it) => bytes(FRA, 'SRC', it.bytes)),
    ...ifGiven(destination, (it) => bytes(FRA, 'DST', it.bytes)),
    ...ifGiven(table !== undefined && table >= 256 ? table : undefined, (it) =>
      u32(FRA, 'TABLE', it),
    ),
    ...ifGiven(rule.target, (it) => u32(FRA, 'GOTO', it)),
    ...ifGiven(rule.incoming, (it) => text(FRA, 'IIFNAME', it)),
    ...ifGiven(rule.outgoing, (it) => text(FRA, 'OIFNAME', it)),
    ...ifGiven(rule.mark, (it) => u32(FRA, 'FWMARK', it)),
    ...ifGiven(rule.mask, (it) => u32(FRA, 'FWMASK', it)),
    ...ifGiven(rule.uids, (it) => bytes(FRA, 'UID_RANGE', pair('rule.uids', it, 4))),
    ...ifGiven(rule.protocol, (it) => u8(FRA, 'IP_PROTO', it)),
    ...ifGiven(rule.sourcePorts, (it) =>
      bytes(FRA, 'SPORT_RANGE', pair('rule.sourcePorts', it, 2)),
    ),
    ...ifGiven(rule.destinationPorts, (it) =>
      bytes(FRA, 'DPORT_RANGE', pair('rule.destinationPorts', it, 2)),
    ),
  ]
  return { header, attributes }
}

/** Two integers of that many bytes. */
function pair(what: string, [first, last]: Range, size: 2 | 4): Buffer {
  const isValid = (it: number) => Number.isInteger(it) && it >= 0 && it < 2 ** (size * 8)
  if (!isValid(first) || !isValid(last) || first > last)
    throw invalidOption(`${what}: the first and the last of a range are wanted`, 'net')
  const memory = Buffer.alloc(size * 2)
  memory.writeUIntLE(first, 0, size)
  memory.writeUIntLE(last, size, size)
  return memory
}

/** Reads RTM_NEWRULE. */
export function parseRule(message: Message): RoutingRule {
  const { header, attributes: found } = splitPayload(message, FIB_RULE_HDR)
  const prefixed = (type: number, length: number) => {
    const address = found.bytes(type)
    return address && `${formatIp(address)}/${length}`
  }
  const range = (type: number, size: 2 | 4): Range | undefined => {
    const memory = found.struct(type, size * 2)
    return memory && [memory.readUIntLE(0, size), memory.readUIntLE(size, size)]
  }
  const action = (Object.keys(actions) as (keyof typeof actions)[]).find(
    (name) => actions[name] === header.readUInt8(7),
  )
  const table = found.u32(FRA.TABLE) ?? header.readUInt8(4)
  return {
    family: familyName(header.readUInt8(0)),
    priority: found.u32(FRA.PRIORITY) ?? 0,
    ...given('action', action),
    ...given('table', table || undefined),
    ...given('target', found.u32(FRA.GOTO)),
    invert: (header.readUInt32LE(8) & FIB_RULE_INVERT) !== 0,
    ...given('source', prefixed(FRA.SRC, header.readUInt8(2))),
    ...given('destination', prefixed(FRA.DST, header.readUInt8(1))),
    ...given('incoming', found.text(FRA.IIFNAME)),
    ...given('outgoing', found.text(FRA.OIFNAME)),
    ...given('mark', found.u32(FRA.FWMARK)),
    ...given('mask', found.u32(FRA.FWMASK)),
    ...given('uids', range(FRA.UID_RANGE, 4)),
    ...given('protocol', found.u8(FRA.IP_PROTO)),
    ...given('sourcePorts', range(FRA.SPORT_RANGE, 2)),
    ...given('destinationPorts', range(FRA.DPORT_RANGE, 2)),
  }
}
