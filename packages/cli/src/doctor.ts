import { type Finding, probe } from '@ns/inspect'
import type { Topics } from './flags.ts'
import { screenOf, table } from './ls/table.ts'
import { print } from './print.ts'
import { printable } from './printable.ts'
import { readFlags } from './read-flags.ts'
import type { Verb } from './verb.ts'

const topics: Topics = {
  How: {
    json: { type: 'boolean', text: 'all that was found, for programs' },
    all: { type: 'boolean', text: 'also what is as it should be' },
  },
}

interface Values {
  readonly json?: boolean
  readonly all?: boolean
}

/** `ns doctor`: what this machine allows, and what to change where it doesn't. */
export const doctor: Verb = {
  summary: 'says what this machine allows, and what to change',
  usage: '[flags]',
  text: 'Say what this machine allows, why not, and what to change at which price. What no setting tells is tried, by processes that end at once; nothing is changed.',
  examples: [
    ['ns doctor', 'what is refused, and why'],
    ['ns doctor --all', 'and all that was found'],
    ['ns doctor --json', 'for programs'],
  ],
  topics,
  notes:
    "'Unprivileged' is somebody without capabilities, by way of a user namespace. The codes are those of errors.",
  async run(args) {
    const { values } = readFlags<Values>(args, topics)
    const findings = await probe()
    return print(values.json ? JSON.stringify(findings, undefined, 2) : report(findings, values))
  },
}

function report(findings: readonly Finding[], { all }: Values): string {
  const types = findings.flatMap(({ id }) => id.match(/^namespaces\.(\w+)\.new$/)?.[1] ?? [])
  const answerOf = (id: string) => findings.find((one) => one.id === id)?.answer ?? 'unknown'
  const rows = types.map((type) => {
    const columns = ['namespaces', 'unprivileged'].flatMap((who) => [
      answerOf(`${who}.${type}.new`),
      answerOf(`${who}.${type}.joined`),
    ])
    const isWhole = columns.every((answer) => answer === 'yes')
    return { cells: [type, ...columns], style: isWhole ? undefined : ('yellow' as const) }
  })
  const heads = ['NAMESPACE', 'NEW', 'JOINED', 'NEW, UNPRIVILEGED', 'JOINED, UNPRIVILEGED']
  const others = findings.filter(({ id, answer }) => answer === 'yes' && !isType(id))
  const facts = others.map(({ id, value = 'yes' }) => ({ cells: [id, value] }))
  const screen = screenOf(process.stdout)
  const parts = [table(heads, rows, screen)]
  if (all) parts.push(table(['FOUND', 'IS'], facts, screen))
  return [...parts, ...refusals(findings)].join('\n\n')
}

const isType = (id: string) => /^(namespaces|unprivileged)\.\w+\.(new|joined)$/.test(id)

/** Each reason once, with all that it refuses: most have one reason in common. */
function refusals(findings: readonly Finding[]): readonly string[] {
  const refused = findings.filter(({ answer }) => answer === 'no')
  const hints = [...new Set(refused.map(({ hint }) => hint))]
  return hints.map((hint) => {
    const same = refused.filter((one) => one.hint === hint)
    const [first] = same
    const codes = first?.code ? ` (${first.code})` : ''
    const remedies = first?.remedies ?? []
    const prices = remedies.map(({ change, price }) => `  ${change}\n    price: ${price}`)
    return [`no: ${same.map(({ id }) => id).join(' ')}${codes}`, `  hint: ${hint}`, ...prices]
      .map((line) => line.split('\n').map(printable).join('\n'))
      .join('\n')
  })
}
