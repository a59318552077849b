import { readFileSync } from 'node:fs'
import { explain } from '@ns/spawn'
import { parse } from './command-line.ts'
import { doctor } from './doctor.ts'
import { enter } from './enter/enter.ts'
import { codeOf, EXIT } from './exit-code.ts'
import { help } from './help.ts'
import { ls } from './ls/ls.ts'
import { run } from './run.ts'
import { UsageError } from './usage-error.ts'
import type { Verb } from './verb.ts'

/** What `ns ARGS…` does; what it is fulfilled with is the exit code. */
export async function main([verb, ...args]: readonly string[]): Promise<number> {
  try {
    const own = verbs.get(verb ?? '')
    if (own && !isHelp(args[0])) return await own.run(args)
    if (isHelp(verb) || isHelp(args[0]))
      return print((own ?? verbs.get(args[0] ?? ''))?.help() ?? help())
    if (verb === 'run') return await run(parse(args))
    if (verb === 'explain') return print(`${explainCommand(args)}`)
    if (verb === '--version') return print(version())
    throw new UsageError(verb === undefined ? 'a verb is wanted' : `'${verb}' is no verb of ns`)
  } catch (error) {
    return fail(error)
  }
}

/** Verbs with flags and a help of their own. */
const verbs: ReadonlyMap<string, Verb> = new Map(Object.entries({ enter, ls, doctor }))

/** Also as the first flag of a verb; a command of that name stands behind `--`. */
function isHelp(word: string | undefined): boolean {
  return word === 'help' || word === '--help' || word === '-h'
}

function explainCommand(args: readonly string[]): string {
  const { file, args: rest, options } = parse(args)
  return explain(file, rest, options).toString()
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

/** The message and its hint: where in our code it happened is nobody's business at a prompt. */
function fail(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error)
  const advice = error instanceof UsageError ? "\n  hint: 'ns help' lists verbs and flags" : ''
  process.stderr.write(`ns: ${message}${advice}\n`)
  return error instanceof UsageError ? EXIT.ourFailure : codeOf(error)
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
