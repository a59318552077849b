import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'

// Node's own checks of child_process, with its codes.

function withCode(error: Error, code: string): Error {
  return Object.assign(error, { code })
}

/** `ERR_INVALID_ARG_TYPE` */
export function invalidType(name: string, expected: string, value: unknown): Error {
  const message = `The "${name}" argument must be ${expected}. Received ${inspect(value, { depth: 0 })}`
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_TYPE')
}

/** `ERR_INVALID_ARG_VALUE` */
export function invalidValue(name: string, value: unknown, reason: string): Error {
  const message = `The argument '${name}' ${reason}. Received ${inspect(value, { depth: 0 })}`
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_VALUE')
}

/** `ERR_OUT_OF_RANGE` */
function outOfRange(name: string, range: string, value: unknown): Error {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${inspect(value)}`
  return withCode(new RangeError(message), 'ERR_OUT_OF_RANGE')
}

/** A string that can be handed to the kernel. */
export function checkText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value)
  if (value.includes('\0')) throw invalidValue(name, value, 'must be a string without null bytes')
  return value
}

/** Milliseconds, 0 or more. */
export function checkMilliseconds(name: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value)
  if (!Number.isInteger(value) || value < 0) throw outOfRange(name, 'an unsigned integer', value)
  return value
}

/** A path, or a `file:` URL. */
export function checkPath(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (value instanceof URL) return checkText(name, fileURLToPath(value))
  return checkText(name, value)
}
