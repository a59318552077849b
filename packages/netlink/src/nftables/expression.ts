import {
  type Attribute,
  type AttributeTable,
  be32,
  bytes,
  nested,
  text,
} from '../codec/attribute.ts'
import {
  NFT_BYTEORDER_HTON,
  NFT_CMP,
  NFT_META,
  NFT_REG,
  NFTA_BITWISE,
  NFTA_BYTEORDER,
  NFTA_CMP,
  NFTA_DATA,
  NFTA_EXPR,
  NFTA_LIST,
  NFTA_META,
  NFTA_PAYLOAD,
  NFTA_RANGE,
} from './constants.ts'

/** One operation of a rule, as the kernel has it: a name and its attributes. */
export interface Expression {
  readonly name: string
  readonly data: readonly Attribute[]
}

/** A part of a rule as one writes it: a match, a verdict, a counter. The ones before it have to hold. */
export type Statement = readonly Expression[]

/** Expressions as a rule carries them. */
export function encodeExpressions(statements: readonly Statement[]): Attribute[] {
  return statements
    .flat()
    .map(({ name, data }) =>
      nested(NFTA_LIST, 'ELEM', [text(NFTA_EXPR, 'NAME', name), nested(NFTA_EXPR, 'DATA', data)]),
    )
}

/** A value that an expression compares with, or loads. */
export function value<Table extends AttributeTable>(
  table: Table,
  name: keyof Table & string,
  content: Uint8Array,
): Attribute {
  return nested(table, name, [bytes(NFTA_DATA, 'VALUE', content)])
}

/** Loads what the kernel knows of a packet beside its bytes. */
export function meta(key: keyof typeof NFT_META): Expression {
  return {
    name: 'meta',
    data: [be32(NFTA_META, 'KEY', NFT_META[key]), be32(NFTA_META, 'DREG', NFT_REG._1)],
  }
}

/** Goes on if what was loaded compares so. */
export function compare(op: keyof typeof NFT_CMP, content: Uint8Array): Expression {
  return {
    name: 'cmp',
    data: [
      be32(NFTA_CMP, 'SREG', NFT_REG._1),
      be32(NFTA_CMP, 'OP', NFT_CMP[op]),
      value(NFTA_CMP, 'DATA', content),
    ],
  }
}

/** Loads bytes of the packet, counted from the begin of a header. */
export function load(base: number, offset: number, size: number): Expression {
  return {
    name: 'payload',
    data: [
      be32(NFTA_PAYLOAD, 'DREG', NFT_REG._1),
      be32(NFTA_PAYLOAD, 'BASE', base),
      be32(NFTA_PAYLOAD, 'OFFSET', offset),
      be32(NFTA_PAYLOAD, 'LEN', size),
    ],
  }
}

/** Keeps these bits of what was loaded. */
export function keepBits(bits: Uint8Array): Expression {
  return {
    name: 'bitwise',
    data: [
      be32(NFTA_BITWISE, 'SREG', NFT_REG._1),
      be32(NFTA_BITWISE, 'DREG', NFT_REG._1),
      be32(NFTA_BITWISE, 'LEN', bits.length),
      value(NFTA_BITWISE, 'MASK', bits),
      value(NFTA_BITWISE, 'XOR', new Uint8Array(bits.length)),
    ],
  }
}

/** For `LT` and the like, which compare bytes: what the machine has in its own order. */
export const toNetworkOrder: Expression = {
  name: 'byteorder',
  data: [
    be32(NFTA_BYTEORDER, 'SREG', NFT_REG._1),
    be32(NFTA_BYTEORDER, 'DREG', NFT_REG._1),
    be32(NFTA_BYTEORDER, 'OP', NFT_BYTEORDER_HTON),
    be32(NFTA_BYTEORDER, 'LEN', 4),
    be32(NFTA_BYTEORDER, 'SIZE', 4),
  ],
}

/** Goes on if what was loaded lies within. */
export function range(first: Uint8Array, last: Uint8Array): Expression {
  return {
    name: 'range',
    data: [
      be32(NFTA_RANGE, 'SREG', NFT_REG._1),
      be32(NFTA_RANGE, 'OP', 0), // NFT_RANGE_EQ: within
      value(NFTA_RANGE, 'FROM', first),
      value(NFTA_RANGE, 'TO', last),
    ],
  }
}
