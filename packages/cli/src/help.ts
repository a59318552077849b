import type { Flag, Topics } from './flags.ts'
import type { Verb, Verbs } from './verb.ts'

/** What `ns help` prints: the verbs. */
export function help(verbs: Verbs): string {
  const entries = [...verbs].map(([name, { usage, summary }]) => [`ns ${name} ${usage}`, summary])
  return [HEAD, columns(entries), EXAMPLES, TAIL].join('\n\n')
}

/** What `ns help VERB` prints. */
export function helpOf(name: string, verb: Verb): string {
  const { text, examples, topics, notes } = verb
  const parts = [text, columns(examples), flagList(topics), notes ?? '']
  return [`ns ${name} ${verb.usage}`, ...parts].filter(Boolean).join('\n\n')
}

/** `-t, --target PID` */
export function shownFlag(name: string, { short, value = '' }: Flag): string {
  return `${short ? `-${short}, ` : ''}--${name}${value}`
}

function flagList(topics: Topics): string {
  const all = Object.values(topics).flatMap((flags) => Object.entries(flags))
  const width = Math.max(0, ...all.map(([name, flag]) => shownFlag(name, flag).length))
  const sections = Object.entries(topics).map(([topic, flags]) => {
    const lines = Object.entries(flags).map(
      ([name, flag]) => `  ${shownFlag(name, flag).padEnd(width)}  ${flag.text}`,
    )
    return [`${topic}:`, ...lines].join('\n')
  })
  return sections.join('\n\n')
}

function columns(rows: readonly (readonly string[])[]): string {
  const width = Math.max(0, ...rows.map(([first = '']) => first.length))
  return rows.map(([first = '', second]) => `  ${first.padEnd(width)}  ${second}`).join('\n')
}

const HEAD = 'Run programs in Linux namespaces, see them, enter them.'

const EXAMPLES = `  ns run --all -- sh                     a shell with all of its own
  ns run --user --net -- curl localhost  no network, as an ordinary user too
  ns enter -t 1234                       a shell where process 1234 is
  ns ls --tree                           who owns what`

/** Exit codes, for help and man page. */
export const TAIL = `Exit code: the command's own; 128+N when signal N ended it; 125 when ns failed,
126 when the program cannot be executed, 127 when it is not found.

ns help VERB, or ns VERB --help, has flags and examples; ns --version the version.`
