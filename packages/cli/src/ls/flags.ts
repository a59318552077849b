import type { ListOptions } from '@ns/inspect'
import type { NamespaceType } from '@ns/syscalls'
import { namespaceTypes } from '@ns/syscalls'
import type { Topics } from '../flags.ts'
import { readFlags } from '../read-flags.ts'
import { UsageError } from '../usage-error.ts'

/** The flags of `ns ls`. */
export const topics: Topics = {
  Which: {
    type: {
      type: 'string',
      multiple: true,
      value: ' TYPE',
      words: namespaceTypes,
      text: namespaceTypes.join(', '),
    },
    pid: { type: 'string', value: ' PID', words: 'pid', text: 'those of one process' },
    persistent: { type: 'boolean', text: 'those without processes' },
  },
  How: {
    tree: {
      type: 'string',
      bare: 'owner',
      words: ['owner', 'parent', 'process'],
      value: '[=owner|parent|process]',
      text: 'who owns, who made, who runs in what',
    },
    json: { type: 'boolean', text: 'all that is known, for programs' },
    mermaid: { type: 'boolean', text: 'a graph of owners and parents for Markdown' },
    dot: { type: 'boolean', text: 'the same for Graphviz' },
    watch: { type: 'boolean', text: 'goes on with what comes (+) and goes (-)' },
  },
}

/** How the listing is shown. */
export type Form = 'table' | 'json' | 'mermaid' | 'dot' | 'owner' | 'parent' | 'process'

/** What `ns ls` is asked for. */
export interface Asked {
  readonly which: ListOptions
  readonly form: Form
  readonly watch: boolean
}

interface Values {
  readonly type?: readonly string[]
  readonly pid?: string
  readonly persistent?: boolean
  readonly tree?: string
  readonly json?: boolean
  readonly mermaid?: boolean
  readonly dot?: boolean
  readonly watch?: boolean
}

/** @throws {UsageError} */
export function parseLs(args: readonly string[]): Asked {
  const { values } = readFlags<Values>(args, topics)
  const { pid, tree, watch = false, persistent } = values
  if (pid !== undefined && !/^[1-9]\d{0,8}$/.test(pid))
    throw new UsageError(`--pid ${pid}: a pid is wanted`)
  const forms = (['json', 'mermaid', 'dot'] as const).filter((form) => values[form])
  const trees = tree === undefined ? [] : [treeOf(tree)]
  const [form = 'table', ...more] = [...forms, ...trees]
  if (more.length > 0) throw new UsageError(`--${form} and --${more[0]}: one form at a time`)
  if (watch && form !== 'table' && form !== 'json')
    throw new UsageError('--watch prints a table, or --json: what comes and goes has no other form')
  const types = values.type?.map(typeOf)
  return {
    which: { types, pid: pid === undefined ? undefined : Number(pid), persistent },
    form,
    watch,
  }
}

/** `mnt` too, as `/proc` and lsns have it. */
function typeOf(word: string): NamespaceType {
  const type = namespaceTypes.find((one) => one === (word === 'mnt' ? 'mount' : word))
  if (type === undefined)
    throw new UsageError(`--type ${word}: one of ${namespaceTypes.join(', ')} is wanted`)
  return type
}

function treeOf(word: string): 'owner' | 'parent' | 'process' {
  if (word === 'owner' || word === 'parent' || word === 'process') return word
  throw new UsageError(`--tree=${word}: owner, parent or process is wanted`)
}
