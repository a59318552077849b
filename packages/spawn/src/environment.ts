import { checkEnv } from './arguments.ts'

type Environment = Readonly<Record<string, unknown>>

/**
 * The environment of a command as Node makes it: the given one, else the caller's. Two things go along with either: where
 * a coverage run collects, unless the given one says it, and the flags of the permission model, so that a Node.js that
 * is the child is allowed no more than this one. `undefined`: the caller's as it is.
 */
export function environmentOf(
  given: Environment | null | undefined,
  args: readonly string[],
): Record<string, string> | undefined {
  const { NODE_V8_COVERAGE: coverage } = process.env
  const copies = given && coverage && !Object.hasOwn(given, 'NODE_V8_COVERAGE')
  const base = copies ? { ...checkEnv(given), NODE_V8_COVERAGE: coverage } : given
  const own = (base ?? process.env).NODE_OPTIONS
  const options = restricted(own === undefined ? '' : String(own), args)
  if (options === undefined) return base ? checkEnv(base) : undefined
  return { ...checkEnv(base ?? process.env), NODE_OPTIONS: options }
}

/** Node.js 25's. Others that begin alike are V8's, which `NODE_OPTIONS` may not have. */
const permissions =
  /^--(permission|allow-(fs-read|fs-write|addons|child-process|inspector|net|openssl-store|wasi|worker))/

/** `NODE_OPTIONS` with our flags; `undefined`: we have none, or the call has its own. */
function restricted(options: string, args: readonly string[]): string | undefined {
  if (!('permission' in process && process.permission)) return undefined
  const isOwn = (word: string) => /^--permission(-audit)?(=|$)/.test(word)
  const has = (word: string) => word === '--permission' || word === '--permission-audit'
  if (args.some(has) || options.split(/\s+/).some(isOwn)) return undefined
  const flags = process.execArgv.filter((flag) => permissions.test(flag))
  return [...(options ? [options] : []), ...flags].join(' ')
}
