import { type Listing, list, tree, watch } from '@ns/inspect'
import { print } from '../print.ts'
import type { Verb } from '../verb.ts'
import { type Asked, type Form, parseLs, topics } from './flags.ts'
import { dot, mermaid } from './graph.ts'
import { heads, linesOf } from './rows.ts'
import { screenOf, table } from './table.ts'

/** `ns ls`: the namespaces of this machine. */
export const ls: Verb = {
  summary: 'lists the namespaces of this machine',
  usage: '[flags]',
  text: 'List the namespaces of this machine: those with processes, and those that a file, an fd, a socket or a namespace below keeps.',
  examples: [
    ['ns ls', 'a line for each'],
    ['ns ls --tree', 'below each user namespace what it owns'],
    ['ns ls --type net --watch', 'network namespaces, and how they come and go'],
    ['ns ls --pid 1 --json', 'those of process 1, for a program'],
    ['ns ls --mermaid > owners.md', 'a graph'],
  ],
  topics,
  notes:
    'On a terminal what is not ours is coloured, and what has no process; lines are cut at its width.',
  async run(args) {
    const asked = parseLs(args)
    if (asked.watch) await follow(asked)
    else show(list(asked.which), asked.form)
    return 0
  },
}

function show(listing: Listing, form: Form): void {
  print(textOf(listing, form))
  if (listing.partial && /table|owner|parent|process/.test(form)) notePartial()
}

function textOf(listing: Listing, form: Form): string {
  if (form === 'json') return json(listing, 2)
  if (form === 'mermaid') return mermaid(listing)
  if (form === 'dot') return dot(listing)
  const { ofNamespace, ofTree } = linesOf(listing)
  const rows =
    form === 'table'
      ? listing.namespaces.map((namespace) => ofNamespace(namespace))
      : ofTree(tree(listing, form))
  return table(heads, rows, screenOf(process.stdout))
}

/** What is there, then a line for each namespace that comes or goes; ends with ^C, or with its reader. */
async function follow({ which, form }: Asked): Promise<void> {
  let isFirst = true
  for await (const { came, went, listing } of watch(which)) {
    if (form === 'json') print(json({ came, went }))
    else if (isFirst) show(listing, 'table')
    else {
      const { ofNamespace } = linesOf(listing)
      const rows = [
        ...went.map((one) => ofNamespace({ ...one, processes: [] }, '- ')),
        ...came.map((one) => ofNamespace(one, '+ ')),
      ]
      print(table(heads, rows, screenOf(process.stdout)).split('\n').slice(1).join('\n'))
    }
    isFirst = false
  }
}

function notePartial(): void {
  process.stderr.write(
    'ns: partial: there are processes that may not be looked at; root with CAP_SYS_PTRACE sees all\n',
  )
}

/** What a terminal could take for a command is escaped by JSON itself, but for DEL and those from 128 on. */
function json(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    /[\x7f-\x9f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  )
}
