import type { Attribute } from './attribute.ts'

/** A property, or none where there is no value. */
export function given<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value })
}

/** An attribute, or none where there is no value. */
export function ifGiven<Value>(
  value: Value | undefined,
  make: (value: Value) => Attribute,
): readonly Attribute[] {
  return value === undefined ? [] : [make(value)]
}
