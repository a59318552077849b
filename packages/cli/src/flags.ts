import { types } from '@ns/spawn'

/** A flag: what `parseArgs` has to know of it, and what the help says. */
interface Flag {
  readonly type: 'boolean' | 'string'
  /** Its letter. */
  readonly short?: string
  /** May be given several times. */
  readonly multiple?: boolean
  /** What it means without a value. */
  readonly bare?: string
  /** How its value is shown. */
  readonly value?: string
  readonly text: string
}

type Flags = Readonly<Record<string, Flag>>

/** Flags by topic, in the order of the help. */
export type Topics = Readonly<Record<string, Flags>>

const isolation: Flags = {
  all: { type: 'boolean', text: `every type (${types.join(', ')}): root inside, host name 'ns'` },
  user: {
    type: 'string',
    bare: 'root',
    value: '[=root|current|auto|subids]',
    text: 'user ids: 0 inside, or as outside',
  },
  uts: { type: 'boolean', text: 'host name and domain name' },
  mount: { type: 'boolean', text: 'the tree of mounts' },
  pid: { type: 'boolean', text: 'process ids, with an init; /proc anew when mount is there too' },
}

const details: Flags = {
  hostname: { type: 'string', value: ' NAME', text: 'in uts, which it implies' },
  domainname: { type: 'string', value: ' NAME', text: 'in uts, which it implies' },
  root: { type: 'string', value: ' DIR', text: 'a directory that becomes / (implies mount)' },
  readonly: { type: 'boolean', text: 'the root and all below it (implies mount)' },
  bind: {
    type: 'string',
    multiple: true,
    value: ' SRC:DST',
    text: 'shows SRC at DST (implies mount)',
  },
  'ro-bind': { type: 'string', multiple: true, value: ' SRC:DST', text: 'the same, read-only' },
  tmpfs: {
    type: 'string',
    multiple: true,
    value: ' DST',
    text: 'an empty file system in memory (implies mount)',
  },
  'no-init': { type: 'boolean', text: 'the command itself is PID 1 (implies pid)' },
  join: {
    type: 'string',
    multiple: true,
    value: ' TYPE=REF',
    text: 'enters the namespace of a pid or a path',
  },
}

/** Flags of every command that is started. */
export const command: Flags = {
  cwd: { type: 'string', value: ' DIR', text: 'the working directory, inside' },
  env: { type: 'string', multiple: true, value: ' K=V', text: 'sets a variable' },
  'clear-env': { type: 'boolean', text: 'no variables but those of --env' },
  'no-pty': { type: 'boolean', text: 'shares this terminal, which it may then type into' },
  'start-timeout': { type: 'string', value: ' MS', text: 'a start that hangs fails after this' },
}

/** A type that has no flags of its own here can be asked for by its name. */
const others: Flags = Object.fromEntries(
  types
    .filter((type) => !(type in isolation))
    .map((type) => [type, { type: 'boolean', text: `a new ${type} namespace` }]),
)

/** All flags of `ns run` and `ns explain`. */
export const topics: Topics = {
  Namespaces: { ...isolation, ...others },
  'What is in them': details,
  'The process': command,
}

/** What the flags were given. */
export interface Values {
  readonly all?: boolean
  readonly user?: string
  readonly uts?: boolean
  readonly mount?: boolean
  readonly pid?: boolean
  readonly hostname?: string
  readonly domainname?: string
  readonly root?: string
  readonly readonly?: boolean
  readonly 'no-init'?: boolean
  readonly join?: readonly string[]
  readonly cwd?: string
  readonly env?: readonly string[]
  readonly 'clear-env'?: boolean
  readonly 'no-pty'?: boolean
  readonly 'start-timeout'?: string
}
