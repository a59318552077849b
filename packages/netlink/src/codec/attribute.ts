import { NetlinkError } from '../errors/netlink-error.ts'
import { align, NLA_F, NLA_HDRLEN } from './constants.ts'

/** Attribute types by the header's names, without their prefix: `{ IFNAME: 3, MTU: 4 }`. */
export type AttributeTable = Readonly<Record<string, number>>

/** An attribute to be sent: bytes, or attributes inside it. Data: it can be printed, compared and looked up. */
export interface Attribute {
  /** Its name in the table: errors name it. */
  readonly name: string
  readonly type: number
  /** Where its name is from: what else the kernel may name beside it. */
  readonly table: AttributeTable
  readonly value: Uint8Array | readonly Attribute[]
  /** A struct in front of the attributes inside. */
  readonly header?: Uint8Array
}

type Name<Table extends AttributeTable> = keyof Table & string

/** An attribute of bytes as they are. */
export function bytes<Table extends AttributeTable>(
  table: Table,
  name: Name<Table>,
  value: Uint8Array,
): Attribute {
  return { name, type: table[name] as number, table, value }
}

/** An attribute that contains attributes; NLA_F_NESTED is set. */
export function nested<Table extends AttributeTable>(
  table: Table,
  name: Name<Table>,
  value: readonly Attribute[],
): Attribute {
  return { name, type: (table[name] as number) | NLA_F.NESTED, table, value }
}

/** An attribute that contains a struct and attributes behind it: VETH_INFO_PEER, the options of netem. */
export function withHeader<Table extends AttributeTable>(
  table: Table,
  name: Name<Table>,
  header: Uint8Array,
  value: readonly Attribute[],
): Attribute {
  return { name, type: table[name] as number, table, value, header }
}

/** An attribute that is there or not. */
export function flag<Table extends AttributeTable>(table: Table, name: Name<Table>): Attribute {
  return bytes(table, name, new Uint8Array(0))
}

/** A C string with its NUL. */
export function text<Table extends AttributeTable>(
  table: Table,
  name: Name<Table>,
  value: string,
): Attribute {
  if (value.includes('\0'))
    throw new NetlinkError({ errno: 'EINVAL', call: 'encode', attribute: name, text: 'a NUL byte' })
  return bytes(table, name, Buffer.from(`${value}\0`))
}

type NumberAttribute = <Table extends AttributeTable>(
  table: Table,
  name: Name<Table>,
  value: number,
) => Attribute

type BigAttribute = <Table extends AttributeTable>(
  table: Table,
  name: Name<Table>,
  value: bigint,
) => Attribute

export const u8: NumberAttribute = (table, name, value) =>
  integer(table, name, value, 1, (memory) => memory.writeUInt8(value))
export const u16: NumberAttribute = (table, name, value) =>
  integer(table, name, value, 2, (memory) => memory.writeUInt16LE(value))
export const u32: NumberAttribute = (table, name, value) =>
  integer(table, name, value, 4, (memory) => memory.writeUInt32LE(value))
export const s32: NumberAttribute = (table, name, value) =>
  integer(table, name, value, 4, (memory) => memory.writeInt32LE(value))
export const u64: BigAttribute = (table, name, value) =>
  integer(table, name, value, 8, (memory) => memory.writeBigUInt64LE(value))
export const s64: BigAttribute = (table, name, value) =>
  integer(table, name, value, 8, (memory) => memory.writeBigInt64LE(value))
/** In network order. */
export const be16: NumberAttribute = (table, name, value) =>
  integer(table, name, value, 2, (memory) => memory.writeUInt16BE(value))
/** In network order. */
export const be32: NumberAttribute = (table, name, value) =>
  integer(table, name, value, 4, (memory) => memory.writeUInt32BE(value))
/** In network order. */
export const be64: BigAttribute = (table, name, value) =>
  integer(table, name, value, 8, (memory) => memory.writeBigUInt64BE(value))

/** What doesn't fit is refused: cut off it would be another value. */
function integer<Table extends AttributeTable>(
  table: Table,
  name: Name<Table>,
  value: number | bigint,
  size: number,
  write: (memory: Buffer) => void,
): Attribute {
  const memory = Buffer.alloc(size)
  try {
    if (typeof value === 'number' && !Number.isInteger(value)) throw new RangeError('no integer')
    write(memory)
  } catch {
    const text = `${value} is no integer of ${size * 8} bits of this sign`
    throw new NetlinkError({ errno: 'ERANGE', call: 'encode', attribute: name, text })
  }
  return bytes(table, name, memory)
}

/** Bytes of an attribute with its header and without padding. */
function lengthOf(attribute: Attribute): number {
  const { value } = attribute
  return innerOffset(attribute) + (isTree(value) ? sizeOf(value) : value.length)
}

/** Where what is inside begins. */
function innerOffset({ header }: Attribute): number {
  return NLA_HDRLEN + align(header?.length ?? 0)
}

/** Bytes that attributes take, padded. */
export function sizeOf(attributes: readonly Attribute[]): number {
  return attributes.reduce((size, attribute) => size + align(lengthOf(attribute)), 0)
}

function isTree(value: Attribute['value']): value is readonly Attribute[] {
  return Array.isArray(value)
}

/**
 * Writes attributes one after the other.
 *
 * @returns the offset behind them
 * @throws {NetlinkError} `EMSGSIZE` when one is longer than its length field can say
 */
export function writeAttributes(
  memory: Buffer,
  offset: number,
  attributes: readonly Attribute[],
): number {
  let at = offset
  for (const attribute of attributes) {
    const { name, type, value, header } = attribute
    const length = lengthOf(attribute)
    if (length > 0xffff)
      throw new NetlinkError({ errno: 'EMSGSIZE', call: 'encode', attribute: name })
    memory.writeUInt16LE(length, at)
    memory.writeUInt16LE(type, at + 2)
    if (header) memory.set(header, at + NLA_HDRLEN)
    if (isTree(value)) writeAttributes(memory, at + innerOffset(attribute), value)
    else memory.set(value, at + innerOffset(attribute))
    at += align(length)
  }
  return at
}

/** The attributes as bytes: for one that has attributes behind a header of its own. */
export function encodeAttributes(attributes: readonly Attribute[]): Buffer {
  const memory = Buffer.alloc(sizeOf(attributes))
  writeAttributes(memory, 0, attributes)
  return memory
}

/**
 * The way to the attribute that the kernel complains of: `LINKINFO.DATA.PEER`.
 *
 * @param offset from the first attribute's begin
 */
export function attributeAt(attributes: readonly Attribute[], offset: number): Attribute[] {
  let at = 0
  for (const attribute of attributes) {
    const length = lengthOf(attribute)
    if (offset < at + length && offset >= at) {
      const { value } = attribute
      const inside = offset - at - innerOffset(attribute)
      return [attribute, ...(isTree(value) ? attributeAt(value, inside) : [])]
    }
    at += align(length)
  }
  return []
}
