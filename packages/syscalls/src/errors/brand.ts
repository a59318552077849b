/**
 * Makes `instanceof` work across copies of this package in one process (several versions in one tree do that):
 * the class answers for everything that carries its mark. Matching `error.code` needs no class at all.
 */
// biome-ignore lint/complexity/noBannedTypes: any class will do
export function brand(type: Function & { prototype: object }, name: string): void {
  const mark = Symbol.for(`@ns/syscalls.${name}`)
  Object.defineProperty(type.prototype, mark, { value: true })
  Object.defineProperty(type, Symbol.hasInstance, {
    value: (value: unknown) => typeof value === 'object' && value !== null && mark in value,
  })
}
