import {
  type Attribute,
  type AttributeTable,
  be32,
  bytes,
  nested,
  text,
} from '../codec/attribute.ts'
import {
  NFT_CMP,
  NFT_META,
  NFT_REG,
  NFTA_CMP,
  NFTA_DATA,
  NFTA_EXPR,
  NFTA_LIST,
  NFTA_META,
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
