import { explain } from '@ns/spawn'
import { parse } from './command-line.ts'
import type { Topics } from './flags.ts'
import { withGate } from './gate.ts'
import { print } from './print.ts'
import { topics } from './run/flags.ts'
import type { Verb } from './verb.ts'

const how: Topics = { How: { json: { type: 'boolean', text: 'the steps, for programs' } } }

/** `ns explain`: what `ns run` would do. */
export const explainVerb: Verb = {
  summary: 'prints the system calls that would start it, and runs nothing',
  usage: '[flags] -- command…',
  text: 'Print the numbered system calls that ns run with these flags would make, and make none of them.',
  examples: [
    ['ns explain --all -- sh', 'as strace would print them'],
    ['ns explain --json --user --pid -- sh', 'number, phase, process and text of each'],
  ],
  topics: { ...how, ...topics },
  async run(args) {
    const end = args.indexOf('--')
    const own = end < 0 ? args : args.slice(0, end)
    const isJson = own.includes('--json')
    const others = [...own.filter((arg) => arg !== '--json'), ...args.slice(own.length)]
    const { line, gate } = await withGate(parse(others))
    await using _gate = gate
    const program = explain(line.file, line.args, line.options)
    return print(isJson ? JSON.stringify(program, undefined, 2) : `${program}`)
  },
}
