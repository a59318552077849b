import { invalidOption } from '@ns/syscalls'
import { type Attribute, be32, nested, text } from '../codec/attribute.ts'
import { NLM_F } from '../codec/constants.ts'
import { AF, parseCidr } from '../text/ip.ts'
import { type Change, nft, type Table } from './change.ts'
import {
  NFT_SET,
  NFT_SET_ELEM_INTERVAL_END,
  NFTA_LIST,
  NFTA_SET,
  NFTA_SET_ELEM,
  NFTA_SET_ELEM_LIST,
} from './constants.ts'
import { value } from './expression.ts'

/** nft's own numbers of what the elements are; the kernel only keeps them. */
const keyTypes = { ip: 7, ip6: 8 } as const
const keySizes = { ip: 4, ip6: 16 } as const
/** Elements of one message: their list is one attribute, of 64 KiB at most. */
const AT_ONCE = 500

/** A named set of addresses and networks, which `toSet` looks up. */
export interface AddressSet {
  readonly name: string
  readonly family: 'ip' | 'ip6'
}

/** Adds a set; one that exists stays as it is. */
export function addSet(table: Table, { name, family }: AddressSet): Change {
  const attributes = [
    text(NFTA_SET, 'TABLE', table.name),
    text(NFTA_SET, 'NAME', name),
    be32(NFTA_SET, 'FLAGS', NFT_SET.INTERVAL),
    be32(NFTA_SET, 'KEY_TYPE', keyTypes[family]),
    be32(NFTA_SET, 'KEY_LEN', keySizes[family]),
    be32(NFTA_SET, 'ID', 1),
  ]
  const subject = `${table.name} ${name}`
  return nft('NEWSET', table.family, attributes, { flags: NLM_F.CREATE, subject })
}

/** Adds addresses and networks, which must not overlap. */
export function addElements(
  table: Table,
  set: AddressSet,
  networks: readonly string[],
): readonly Change[] {
  return elements('NEWSETELEM', table, set, networks)
}

/** Removes addresses and networks, as they were added. */
export function deleteElements(
  table: Table,
  set: AddressSet,
  networks: readonly string[],
): readonly Change[] {
  return elements('DELSETELEM', table, set, networks)
}

function elements(
  call: 'NEWSETELEM' | 'DELSETELEM',
  table: Table,
  set: AddressSet,
  networks: readonly string[],
): Change[] {
  const flags = call === 'NEWSETELEM' ? NLM_F.CREATE : 0
  const changes: Change[] = []
  for (let at = 0; at < networks.length; at += AT_ONCE) {
    const list = networks.slice(at, at + AT_ONCE).flatMap((network) => interval(network, set))
    const attributes = [
      text(NFTA_SET_ELEM_LIST, 'TABLE', table.name),
      text(NFTA_SET_ELEM_LIST, 'SET', set.name),
      nested(NFTA_SET_ELEM_LIST, 'ELEMENTS', list),
    ]
    changes.push(
      nft(call, table.family, attributes, { flags, subject: `${table.name} ${set.name}` }),
    )
  }
  return changes
}

/** The first address, and the first behind the last: that is how the kernel keeps networks. */
function interval(network: string, { family }: AddressSet): Attribute[] {
  const cidr = parseCidr('network', network)
  if (cidr.family !== (family === 'ip' ? AF.INET : AF.INET6))
    throw invalidOption(`network: ${network} is not of the set's family`, 'net')
  const bits = BigInt(cidr.bytes.length * 8)
  const size = 1n << (bits - BigInt(cidr.prefix))
  const first = (BigInt(`0x${cidr.bytes.toString('hex')}`) / size) * size
  const behind = first + size
  const key = (address: bigint) =>
    value(
      NFTA_SET_ELEM,
      'KEY',
      Buffer.from(address.toString(16).padStart(Number(bits / 4n), '0'), 'hex'),
    )
  const end = [be32(NFTA_SET_ELEM, 'FLAGS', NFT_SET_ELEM_INTERVAL_END), key(behind)]
  return [
    nested(NFTA_LIST, 'ELEM', [key(first)]),
    // A network at the very end has none behind it.
    ...(behind === 1n << bits ? [] : [nested(NFTA_LIST, 'ELEM', end)]),
  ]
}
