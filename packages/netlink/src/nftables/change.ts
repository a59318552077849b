import { checkKeys, invalidOption } from '@ns/syscalls'
import { type Attribute, be32, be64, nested, text } from '../codec/attribute.ts'
import { NLM_F } from '../codec/constants.ts'
import type { Request } from '../codec/message.ts'
import {
  NFNL_SUBSYS_NFTABLES,
  NFPROTO,
  NFT_MSG,
  NFTA_CHAIN,
  NFTA_HOOK,
  NFTA_RULE,
  NFTA_TABLE,
  VERDICT,
} from './constants.ts'
import { encodeExpressions, type Statement } from './expression.ts'

/** A table: it holds chains and sets, and sees the packets of its family; `inet` is IPv4 and IPv6. */
export interface Table {
  readonly family: keyof typeof NFPROTO
  readonly name: string
}

/** Where a chain is called: without it, by `jump` only. */
export interface Hook {
  readonly type: 'filter' | 'nat' | 'route'
  readonly hook: keyof typeof hooks
  /** Of several the lowest comes first. @default 0; of nat -100 before, 100 behind */
  readonly priority?: number | undefined
  /** What becomes of a packet that no rule decides. @default 'accept' */
  readonly policy?: 'accept' | 'drop' | undefined
  /** The link, at ingress and egress. */
  readonly dev?: string | undefined
}

/** include/uapi/linux/netfilter.h; at `netdev` ingress is 0, egress 1. */
const hooks = {
  prerouting: 0,
  input: 1,
  forward: 2,
  output: 3,
  postrouting: 4,
  ingress: 0,
  egress: 1,
} as const

/** A change of the rule set. Data: `Nftables.apply` makes many at once, or none. */
export type Change = Request

/** A message of nf_tables. */
export function nft(
  name: keyof typeof NFT_MSG,
  family: keyof typeof NFPROTO | undefined,
  attributes: readonly Attribute[],
  { flags = 0, subject }: { flags?: number; subject?: string } = {},
): Request {
  const number = family === undefined ? 0 : NFPROTO[family]
  if (number === undefined) throw invalidOption(`table.family: unknown: ${family}`, 'net')
  return {
    name: `NFT_MSG_${name}`,
    subject,
    type: (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG[name],
    flags,
    header: Buffer.from([number, 0, 0, 0]), // struct nfgenmsg
    attributes,
  }
}

/** Adds a table; one that exists stays as it is. */
export function addTable({ family, name }: Table): Change {
  const attributes = [text(NFTA_TABLE, 'NAME', name)]
  return nft('NEWTABLE', family, attributes, { flags: NLM_F.CREATE, subject: name })
}

/** Removes a table with all that is in it. */
export function deleteTable({ family, name }: Table): Change {
  return nft('DELTABLE', family, [text(NFTA_TABLE, 'NAME', name)], { subject: name })
}

/** Adds a chain; one that exists stays as it is. */
export function addChain(table: Table, name: string, hook?: Hook): Change {
  const attributes = [
    text(NFTA_CHAIN, 'TABLE', table.name),
    text(NFTA_CHAIN, 'NAME', name),
    ...(hook === undefined ? [] : hookAttributes(hook)),
  ]
  const subject = `${table.name} ${name}`
  return nft('NEWCHAIN', table.family, attributes, { flags: NLM_F.CREATE, subject })
}

function hookAttributes(hook: Hook): Attribute[] {
  checkKeys('hook', hook, ['type', 'hook', 'priority', 'policy', 'dev'], 'net')
  const { type, hook: where, dev, policy = 'accept' } = hook
  if (hooks[where] === undefined) throw invalidOption(`hook.hook: unknown: ${where}`, 'net')
  const behind = where === 'postrouting' || where === 'input'
  const priority = hook.priority ?? (type === 'nat' ? (behind ? 100 : -100) : 0)
  const place = [
    be32(NFTA_HOOK, 'HOOKNUM', hooks[where]),
    be32(NFTA_HOOK, 'PRIORITY', priority >>> 0),
    ...(dev === undefined ? [] : [text(NFTA_HOOK, 'DEV', dev)]),
  ]
  return [
    nested(NFTA_CHAIN, 'HOOK', place),
    text(NFTA_CHAIN, 'TYPE', type),
    be32(NFTA_CHAIN, 'POLICY', VERDICT[policy]),
  ]
}

/** Appends a rule to a chain: its statements from the first to the last, as long as they hold. */
export function addRule(table: Table, chain: string, statements: readonly Statement[]): Change {
  const attributes = [
    text(NFTA_RULE, 'TABLE', table.name),
    text(NFTA_RULE, 'CHAIN', chain),
    nested(NFTA_RULE, 'EXPRESSIONS', encodeExpressions(statements)),
  ]
  const subject = `${table.name} ${chain}`
  return nft('NEWRULE', table.family, attributes, { flags: NLM_F.CREATE | NLM_F.APPEND, subject })
}

/** Removes one rule, or all of a chain. */
export function deleteRules(table: Table, chain: string, handle?: bigint): Change {
  const attributes = [
    text(NFTA_RULE, 'TABLE', table.name),
    text(NFTA_RULE, 'CHAIN', chain),
    ...(handle === undefined ? [] : [be64(NFTA_RULE, 'HANDLE', handle)]),
  ]
  return nft('DELRULE', table.family, attributes, { subject: `${table.name} ${chain}` })
}
