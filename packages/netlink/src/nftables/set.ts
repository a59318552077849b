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
} from './constants.ts'
import { changeElements, kinds } from './elements.ts'
import { value } from './expression.ts'

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
    be32(NFTA_SET, 'KEY_TYPE', kinds[family].type),
    be32(NFTA_SET, 'KEY_LEN', kinds[family].size),
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
  const entries = networks.map((network) => interval(network, set))
  return changeElements('NEWSETELEM', table, set.name, entries)
}

/** Removes addresses and networks, as they were added. */
export function deleteElements(
  table: Table,
  set: AddressSet,
  networks: readonly string[],
): readonly Change[] {
  const entries = networks.map((network) => interval(network, set))
  return changeElements('DELSETELEM', table, set.name, entries)
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
