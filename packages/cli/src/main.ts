import { readFileSync } from 'node:fs'
import { codeOf, EXIT } from './exit-code.ts'
import { help, helpOf } from './help.ts'
import { print } from './print.ts'
import { UsageError } from './usage-error.ts'
import { verbs } from './verbs.ts'

/** What `ns ARGS…` does; what it is fulfilled with is the exit code. */
export async function main([verb, ...args]: readonly string[]): Promise<number> {
  try {
    const own = verbs.get(verb ?? '')
    if (own && !isHelp(args[0])) return await own.run(args)
    if (isHelp(verb) || own) return print(helpFor(own ? verb : args[0]))
    if (verb === '--version') return print(version())
    throw verb === undefined ? new UsageError('a verb is wanted') : noVerb(verb)
  } catch (error) {
    return fail(error)
  }
}

/** Also as the first flag of a verb; a command of that name stands behind `--`. */
function isHelp(word: string | undefined): boolean {
  return word === 'help' || word === '--help' || word === '-h'
}

function helpFor(name: string | undefined): string {
  if (name === undefined || isHelp(name)) return help(verbs)
  const verb = verbs.get(name)
  if (!verb) throw noVerb(name)
  return helpOf(name, verb)
}

function noVerb(name: string): UsageError {
  return new UsageError(`'${name}' is no verb of ns`)
}

/** The message and its hint: where in our code it happened is nobody's business at a prompt. */
function fail(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error)
  const advice = error instanceof UsageError ? "\n  hint: 'ns help VERB' lists its flags" : ''
  process.stderr.write(`ns: ${message}${advice}\n`)
  return error instanceof UsageError ? EXIT.ourFailure : codeOf(error)
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
