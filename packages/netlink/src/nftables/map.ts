import { invalidOption } from '@ns/syscalls'
import { type Attribute, be32, nested, text } from '../codec/attribute.ts'
import { NLM_F } from '../codec/constants.ts'
import { AF, parseIp } from '../text/ip.ts'
import { type Change, nft, type Table } from './change.ts'
import {
  NFT_DATA_VERDICT,
  NFT_SET,
  NFTA_DATA,
  NFTA_LIST,
  NFTA_SET,
  NFTA_SET_ELEM,
} from './constants.ts'
import { changeElements, kinds } from './elements.ts'
import { value } from './expression.ts'
import { host32, linkName, port } from './values.ts'
import { type Verdict, verdictAttributes } from './verdict.ts'

/** What a key or a value is: an address, a port, a firewall mark, the name of a link. */
export type MapKind = keyof typeof kinds

/** A named map: a key leads to a verdict, or to a value. */
export interface NftMap {
  readonly name: string
  readonly key: MapKind
  readonly value: MapKind | 'verdict'
}

/** `[443, { jump: 'web' }]`, `[80, '10.0.0.2']`, `['eth0', 'drop']` */
export type MapEntry = readonly [key: string | number, value: string | number | Verdict]

/** Adds a map; one that exists stays as it is. */
export function addMap(table: Table, { name, key, value: to }: NftMap): Change {
  const { type, size } = kindOf('map.key', key)
  const data =
    to === 'verdict' ? { type: NFT_DATA_VERDICT, size: undefined } : kindOf('map.value', to)
  const attributes = [
    text(NFTA_SET, 'TABLE', table.name),
    text(NFTA_SET, 'NAME', name),
    be32(NFTA_SET, 'FLAGS', NFT_SET.MAP),
    be32(NFTA_SET, 'KEY_TYPE', type),
    be32(NFTA_SET, 'KEY_LEN', size),
    be32(NFTA_SET, 'DATA_TYPE', data.type),
    ...(data.size === undefined ? [] : [be32(NFTA_SET, 'DATA_LEN', data.size)]),
    be32(NFTA_SET, 'ID', 1),
  ]
  const subject = `${table.name} ${name}`
  return nft('NEWSET', table.family, attributes, { flags: NLM_F.CREATE, subject })
}

/** Adds entries; a key that leads elsewhere already is refused (EEXIST). */
export function addEntries(
  table: Table,
  map: NftMap,
  entries: readonly MapEntry[],
): readonly Change[] {
  const elements = entries.map(([key, to]) => [
    nested(NFTA_LIST, 'ELEM', [keyAttribute(map, key), valueAttribute(map, to)]),
  ])
  return changeElements('NEWSETELEM', table, map.name, elements)
}

/** Removes entries by their keys. */
export function deleteEntries(
  table: Table,
  map: NftMap,
  keys: readonly (string | number)[],
): readonly Change[] {
  const elements = keys.map((key) => [nested(NFTA_LIST, 'ELEM', [keyAttribute(map, key)])])
  return changeElements('DELSETELEM', table, map.name, elements)
}

function keyAttribute({ key: kind }: NftMap, key: string | number): Attribute {
  return value(NFTA_SET_ELEM, 'KEY', bytesOf('map.key', kind, key))
}

function valueAttribute(map: NftMap, to: MapEntry[1]): Attribute {
  if (map.value !== 'verdict')
    return value(NFTA_SET_ELEM, 'DATA', bytesOf('map.value', map.value, to))
  const verdict = nested(NFTA_DATA, 'VERDICT', verdictAttributes(to as Verdict))
  return nested(NFTA_SET_ELEM, 'DATA', [verdict])
}

function kindOf(what: string, kind: MapKind): { readonly type: number; readonly size: number } {
  if (Object.hasOwn(kinds, kind)) return kinds[kind]
  throw invalidOption(`${what}: one of ${Object.keys(kinds)} is wanted, not ${kind}`, 'net')
}

function bytesOf(what: string, kind: MapKind, content: MapEntry[1]): Uint8Array {
  kindOf(what, kind)
  if (kind === 'port' || kind === 'mark') {
    if (typeof content !== 'number') throw invalidOption(`${what}: a number is wanted`, 'net')
    return kind === 'port' ? port(content) : host32(content)
  }
  if (typeof content !== 'string') throw invalidOption(`${what}: a string is wanted`, 'net')
  if (kind === 'link') return linkName(content)
  const ip = parseIp(what, content)
  if ((ip.family === AF.INET) === (kind === 'ip')) return ip.bytes
  throw invalidOption(`${what}: ${content} is no address of ${kind}`, 'net')
}
