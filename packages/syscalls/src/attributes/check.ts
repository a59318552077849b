import { invalidOption } from '../errors/namespace-error.ts'

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` unless it is absent or an integer of that range */
export function checkInteger(name: string, value: unknown, from: number, to: number): void {
  if (value === undefined) return
  if (!Number.isInteger(value) || (value as number) < from || (value as number) > to)
    throw invalidOption(`${name}: an integer from ${from} to ${to} is wanted`)
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` unless it is absent or a list of integers of that range */
export function checkIntegers(name: string, value: unknown, from: number, to: number): void {
  if (value === undefined) return
  if (!Array.isArray(value)) throw invalidOption(`${name}: an array of integers is wanted`)
  for (const [i, item] of value.entries()) checkInteger(`${name}[${i}]`, item ?? null, from, to)
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` unless it is absent, true or false */
export function checkBoolean(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean')
    throw invalidOption(`${name}: true or false is wanted`)
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for what isn't in the list of names */
export function checkNames(name: string, value: unknown, known: readonly string[]): void {
  if (value === undefined) return
  if (!Array.isArray(value)) throw invalidOption(`${name}: an array of names is wanted`)
  const unknown = value.filter((item) => !known.includes(item))
  if (unknown.length > 0)
    throw invalidOption(`${name}: unknown ${unknown.join(', ')}; known: ${known.join(', ')}`)
}
