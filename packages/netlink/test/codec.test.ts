import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../src/addresses/address.ts'
import { attributeAt } from '../src/codec/attribute.ts'
import { encodeMessages } from '../src/codec/message.ts'
import { readAck, readDone, refusal } from '../src/errors/extended-ack.ts'
import {
  type Attribute,
  Attributes,
  be16,
  be32,
  be64,
  bytes,
  decodeMessages,
  encodeAttributes,
  NetlinkError,
  nested,
  s32,
  s64,
  text,
  u8,
  u16,
  u32,
  u64,
  withHeader,
} from '../src/index.ts'
import { parseLink } from '../src/links/link.ts'
import { parseEvent } from '../src/monitor/event.ts'
import { parseFdbEntry } from '../src/neighbours/fdb.ts'
import { parseNeighbour } from '../src/neighbours/neighbours.ts'
import { parseNextHop } from '../src/routes/next-hops.ts'
import { parseRoute } from '../src/routes/route.ts'
import { parseRule } from '../src/rules/rule.ts'
import { parseDiscipline } from '../src/traffic/discipline.ts'
import { parseFilter } from '../src/traffic/filters.ts'

const table = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`A${i}`, i]))
const name = fc.integer({ min: 0, max: 199 }).map((i) => `A${i}`)
const leaf = fc
  .tuple(name, fc.uint8Array({ maxLength: 40 }))
  .map(([key, value]) => bytes(table, key, value))
const { tree } = fc.letrec<{ tree: Attribute }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc
      .tuple(name, fc.array(tie('tree'), { maxLength: 4 }))
      .map(([key, value]) => nested(table, key, value)),
  ),
}))
const trees = fc.array(tree, { maxLength: 5 })

/** Everything that decodes, on bytes that may be anything. */
const decoders: readonly ((bytes: Buffer) => unknown)[] = [
  (bytes) => decodeMessages(bytes),
  (bytes) => Attributes.parse(bytes),
  (payload) =>
    [16, 20, 24, 28, 32].map((type) => parseEvent({ type, flags: 0, sequence: 0, payload })),
  ...[
    parseLink,
    parseAddress,
    parseRoute,
    parseRule,
    parseNextHop,
    parseNeighbour,
    parseFdbEntry,
    parseDiscipline,
    parseFilter,
    readAck,
    readDone,
  ].map((decode) => (payload: Buffer) => decode({ type: 0, flags: 0x200, sequence: 1, payload })),
  (payload) => {
    const verdict = readAck({ type: 2, flags: 0x200, sequence: 1, payload })
    const attributes = [nested(table, 'A1', [u8(table, 'A2', 1)])]
    return refusal({ name: 'TEST', type: 1, header: Buffer.alloc(4), attributes }, verdict)
  },
]

/** What it gives, or its own error; anything else is a failure. */
function expectOwnError(decode: () => unknown): void {
  try {
    decode()
  } catch (error) {
    expect(error).toBeInstanceOf(NetlinkError)
    expect(error).toMatchObject({ code: 'EBADMSG' })
  }
}

describe('attributes', () => {
  test('what is encoded is decoded to the same tree', () => {
    const read = (bytes: Buffer, like: readonly Attribute[]): unknown =>
      Attributes.parse(bytes).all.map(({ type, value }, i) => {
        const inner = like[i]?.value
        return [type, Array.isArray(inner) ? read(value, inner) : Buffer.from(value)]
      })
    const plain = (list: readonly Attribute[]): unknown =>
      list.map(({ type, value }) => [
        type & 0x3fff,
        Array.isArray(value) ? plain(value) : Buffer.from(value as Uint8Array),
      ])
    fc.assert(
      fc.property(trees, (list) => {
        expect(read(encodeAttributes(list), list)).toEqual(plain(list))
      }),
    )
  })

  test('numbers come back as they were, and those that do not fit are refused', () => {
    const number = [
      [u8, 'u8', 0, 0xff],
      [u16, 'u16', 0, 0xffff],
      [u32, 'u32', 0, 0xffffffff],
      [s32, 's32', -0x80000000, 0x7fffffff],
      [be16, 'be16', 0, 0xffff],
      [be32, 'be32', 0, 0xffffffff],
    ] as const
    for (const [encode, read, min, max] of number) {
      fc.assert(
        fc.property(fc.integer({ min, max }), (value) => {
          const found = Attributes.parse(encodeAttributes([encode(table, 'A7', value)]))
          expect(found[read](7)).toBe(value)
        }),
      )
      for (const value of [min - 1, max + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
        expect(() => encode(table, 'A7', value)).toThrow(/ERANGE.* at A7/)
    }
    for (const [encode, read, min, max] of [
      [u64, 'u64', 0n, 2n ** 64n - 1n],
      [be64, 'be64', 0n, 2n ** 64n - 1n],
      [s64, 's64', -(2n ** 63n), 2n ** 63n - 1n],
    ] as const) {
      fc.assert(
        fc.property(fc.bigInt({ min, max }), (value) => {
          const found = Attributes.parse(encodeAttributes([encode(table, 'A7', value)]))
          expect(found[read](7)).toBe(value)
        }),
      )
      expect(() => encode(table, 'A7', max + 1n)).toThrow(/ERANGE/)
    }
  })

  test('a text with a NUL and an attribute of 64 KiB are refused', () => {
    expect(() => text(table, 'A1', 'a\0b')).toThrow(/EINVAL.* at A1/)
    expect(() => encodeAttributes([bytes(table, 'A1', Buffer.alloc(65_536))])).toThrow(/EMSGSIZE/)
  })

  test('the attribute at an offset is found with the way to it', () => {
    fc.assert(
      fc.property(trees, (list) => {
        const size = encodeAttributes(list).length
        for (let offset = 0; offset < size; offset++) {
          const [outer] = attributeAt(list, offset)
          if (outer) expect(list).toContain(outer)
        }
      }),
    )
    const inner = u32(table, 'A3', 1)
    const list = [u8(table, 'A1', 1), withHeader(table, 'A2', Buffer.alloc(6), [inner])]
    expect(attributeAt(list, 8 + 4 + 8).map((it) => it.name)).toEqual(['A2', 'A3'])
    expect(attributeAt(list, 8 + 4).map((it) => it.name)).toEqual(['A2'])
    expect(attributeAt(list, 1000)).toEqual([])
  })
})

describe('messages', () => {
  const requests = fc.array(
    fc.record({
      name: fc.constant('TEST'),
      type: fc.integer({ min: 16, max: 0xffff }),
      flags: fc.integer({ min: 0, max: 0xffff }),
      header: fc.uint8Array({ minLength: 0, maxLength: 20 }),
      attributes: trees,
    }),
    { minLength: 1, maxLength: 4 },
  )

  test('what is encoded is decoded, with numbers that count on', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 0xffffffff }), (list, sequence) => {
        const messages = decodeMessages(encodeMessages(list, sequence, 1))
        expect(messages.map(({ type }) => type)).toEqual(list.map(({ type }) => type))
        expect(messages.map(({ flags }) => flags)).toEqual(list.map(({ flags }) => flags | 1))
        messages.forEach((message, i) => {
          expect(message.sequence).toBe((sequence + i) % 2 ** 32)
          expect(message.payload.subarray(0, list[i]?.header.length)).toEqual(
            Buffer.from(list[i]?.header ?? []),
          )
        })
      }),
    )
  })

  test('every beginning of a datagram, and every changed byte, is decoded or refused', () => {
    fc.assert(
      fc.property(requests, fc.nat(), fc.integer({ min: 0, max: 255 }), (list, at, byte) => {
        const whole = encodeMessages(list, 1, 1)
        const hostile = Buffer.from(whole)
        hostile[at % whole.length] = byte
        for (const decode of decoders) {
          expectOwnError(() => decode(whole.subarray(0, at % whole.length)))
          expectOwnError(() => decode(hostile))
        }
      }),
    )
  })

  test('any bytes are decoded or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        for (const decode of decoders) expectOwnError(() => decode(Buffer.from(noise)))
      }),
      { numRuns: 500 },
    )
  })
})
