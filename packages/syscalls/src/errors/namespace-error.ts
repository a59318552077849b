import type { NamespaceType } from '../namespaces/types.ts'
import { brand } from './brand.ts'
import type { ErrorCode } from './codes.ts'

/** Where in a program a start failed. */
export interface FailedStep {
  /** Counted from 1, over all steps of the program. */
  number: number
  /** How many steps the program has. */
  of: number
  /** The phase of `phases` that it belongs to. */
  phase: string
  /** The step as `explain` prints it. */
  text: string
}

/** What is known of a failure beside its message. */
export interface NamespaceErrorDetails {
  code: ErrorCode
  /** The type that was being made, joined or read. */
  namespace?: NamespaceType | undefined
  /** What was being done: `'create'`, `'join'`, `'mount'`. */
  operation?: string | undefined
  step?: FailedStep | undefined
  /** What to change, found by looking at the machine after the failure. */
  hint?: string | undefined
  cause?: unknown
}

/** A namespace that could not be made, joined, opened or read. Match `code`; `hint` says what to change. */
export class NamespaceError extends Error {
  static {
    brand(NamespaceError, 'NamespaceError')
  }
  override readonly name = 'NamespaceError'
  readonly code: ErrorCode
  declare readonly namespace?: NamespaceType
  declare readonly operation?: string
  declare readonly step?: FailedStep
  declare readonly hint?: string

  constructor(message: string, details: NamespaceErrorDetails) {
    super(
      details.hint ? `${message}\n  hint: ${details.hint}` : message,
      details.cause === undefined ? {} : { cause: details.cause },
    )
    this.code = details.code
    if (details.namespace) this.namespace = details.namespace
    if (details.operation) this.operation = details.operation
    if (details.step) this.step = details.step
    if (details.hint) this.hint = details.hint
  }
}

/** An option that cannot be: malformed, unknown or in contradiction to another. Thrown before anything exists. */
export function invalidOption(message: string, namespace?: NamespaceType): NamespaceError {
  return new NamespaceError(message, { code: 'ERR_NS_INVALID_OPTION', namespace })
}

/**
 * Refuses keys that nobody would look at: a typo must not weaken anything in silence.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`
 */
export function checkKeys(
  what: string,
  options: object,
  known: readonly string[],
  namespace?: NamespaceType,
): void {
  if (typeof options !== 'object' || options === null)
    throw invalidOption(`${what}: an object with options is wanted`, namespace)
  const unknown = Object.keys(options).filter((key) => !known.includes(key))
  if (unknown.length === 0) return
  const message = `${what}: unknown option ${unknown.join(', ')}; known: ${known.join(', ')}`
  throw invalidOption(message, namespace)
}

/**
 * Refuses options beside `join`: what exists is entered as it is.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION`, naming the others
 */
export function checkJoin(type: NamespaceType, options: { readonly join?: unknown }): void {
  if (options.join === undefined) return
  const set = Object.entries(options).filter(([, value]) => value !== undefined)
  const others = set.map(([key]) => key).filter((key) => key !== 'join')
  if (others.length === 0) return
  const message = `${type}.join: what is joined stays as it is; leave out ${others.join(', ')}`
  throw invalidOption(message, type)
}
