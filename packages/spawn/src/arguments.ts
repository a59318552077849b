import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'

// Node's own checks of child_process, with its codes.

function withCode<E extends Error>(error: E, code: string): E {
  return Object.assign(error, { code })
}

/** `ERR_INVALID_ARG_TYPE` */
export function invalidType(name: string, expected: string, value: unknown): TypeError {
  const message = `The "${name}" argument must be ${expected}. Received ${inspect(value, { depth: 0 })}`
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_TYPE')
}

/** `ERR_INVALID_ARG_VALUE` */
export function invalidValue(name: string, value: unknown, reason: string): TypeError {
  const message = `The argument '${name}' ${reason}. Received ${inspect(value, { depth: 0 })}`
  return withCode(new TypeError(message), 'ERR_INVALID_ARG_VALUE')
}

/** `ERR_OUT_OF_RANGE` */
function outOfRange(name: string, range: string, value: unknown): RangeError {
  const message = `The value of "${name}" is out of range. It must be ${range}. Received ${inspect(value)}`
  return withCode(new RangeError(message), 'ERR_OUT_OF_RANGE')
}

/** A string that can be handed to the kernel. */
export function checkText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value)
  if (value.includes('\0')) throw invalidValue(name, value, 'must be a string without null bytes')
  return value
}

/** Node has it a string or not at all; `null` is not at all. */
export function checkOptionalText(name: string, value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : checkText(name, value)
}

/** `true`, `false` or not at all. */
export function checkFlag(name: string, value: unknown): boolean {
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') throw invalidType(name, 'of type boolean', value)
  return value
}

/** Milliseconds, 0 or more. */
export function checkMilliseconds(name: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  if (!Number.isInteger(value) || (value as number) < 0)
    throw outOfRange(name, 'an unsigned integer', value)
  return value as number
}

/** Bytes; `Infinity` is no limit. */
export function checkBytes(name: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !(value >= 0)) throw outOfRange(name, 'a positive number', value)
  return value
}

/** A path, or a `file:` URL; an empty one is none. */
export function checkPath(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return checkText(name, value instanceof URL ? fileURLToPath(value) : value) || undefined
}

/** A user's or a group's. The last one means "as it is" to setresuid(2): whoever asks for it would stay what they are. */
export function checkId(name: string, id: unknown): number | undefined {
  if (id === undefined || id === null) return undefined
  if (!Number.isInteger(id)) throw invalidType(name, 'int32', id)
  if ((id as number) < 0 || (id as number) >= 0xffffffff)
    throw outOfRange(name, '>= 0 && < 4294967295', id)
  return id as number
}

/** As Node's: undefined values are left out, all others become strings; inherited ones count. */
export function checkEnv(env: Readonly<Record<string, unknown>>): Record<string, string> {
  const checked: Record<string, string> = {}
  for (const key in env) {
    const value = env[key]
    if (value === undefined) continue
    const name = `options.env['${key}']`
    checked[checkText(name, key)] = checkText(name, String(value))
  }
  return checked
}

/** Whatever has `aborted`, as Node takes it: signals of other realms too. */
export function checkAbortSignal(name: string, value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || !('aborted' in value))
    throw invalidType(name, 'an instance of AbortSignal', value)
  return value as AbortSignal
}

/**
 * A signal by its name, in capitals or not, or by its number.
 *
 * @throws {TypeError} `ERR_UNKNOWN_SIGNAL`
 */
export function checkSignal(signal: unknown): number {
  const number =
    typeof signal === 'string'
      ? constants.signals[signal.toUpperCase() as NodeJS.Signals]
      : (signal as number)
  if (Number.isInteger(number) && number >= 1 && number <= 64) return number
  throw withCode(new TypeError(`Unknown signal: ${String(signal)}`), 'ERR_UNKNOWN_SIGNAL')
}

/** The signal of a time-out or an abort. */
export function checkKillSignal(signal: unknown): number {
  if (signal === undefined || signal === null) return constants.signals.SIGTERM
  if (typeof signal !== 'string' && typeof signal !== 'number')
    throw invalidType('options.killSignal', 'of type string or number', signal)
  return checkSignal(signal)
}
