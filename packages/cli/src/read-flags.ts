import { parseArgs } from 'node:util'
import type { Flags, Topics } from './flags.ts'
import { UsageError } from './usage-error.ts'

/** A flag as it stood on the command line. */
export interface Token {
  readonly name: string
  readonly value?: string | undefined
}

/** The values by flag, and the flags in the order in which they stood. */
export interface Given<Values> {
  readonly values: Values
  readonly tokens: readonly Token[]
}

/**
 * Reads flags; nothing else may stand between them.
 *
 * @throws {UsageError} for one that is unknown, lacks its value or is given twice
 */
export function readFlags<Values>(args: readonly string[], topics: Topics): Given<Values> {
  const flags = Object.assign({}, ...Object.values(topics)) as Topics[string]
  const whole = args.flatMap((arg) => longForms(arg, flags))
  try {
    const { values, tokens } = parseArgs({ args: whole, options: flags, tokens: true })
    const given = tokens.flatMap((token) => (token.kind === 'option' ? [token] : []))
    const twice = given.find(
      ({ name }, i) => !flags[name]?.multiple && given.findIndex((at) => at.name === name) < i,
    )
    if (twice) throw new UsageError(`${twice.rawName} is given twice`)
    return { values: values as Values, tokens: given }
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message)
  }
}

/** Flags whose value may be left out, which parseArgs doesn't know: `--user` is `--user=root`, `-mn` is `--mount= --net=`. */
function longForms(arg: string, flags: Flags): readonly string[] {
  const bare = arg.startsWith('--') ? flags[arg.slice(2)]?.bare : undefined
  if (bare !== undefined) return [`${arg}=${bare}`]
  if (!/^-[a-zA-Z]+$/.test(arg)) return [arg]
  const names = [...arg.slice(1)].map((letter) =>
    Object.keys(flags).find((name) => flags[name]?.short === letter),
  )
  const mayStandAlone = (name: string | undefined) =>
    name !== undefined && (flags[name]?.bare !== undefined || flags[name]?.type === 'boolean')
  if (!names.every(mayStandAlone)) return [arg]
  return names.flatMap((name) => longForms(`--${name}`, flags))
}
