import { types } from '@ns/spawn'
import type { NamespaceType } from '@ns/syscalls'
import type { Flags, Topics } from './flags.ts'
import { limitNames } from './limits.ts'

/** As unshare(1) and nsenter(1) have them. */
export const letters: Readonly<Record<NamespaceType, string>> = {
  cgroup: 'C',
  ipc: 'i',
  mount: 'm',
  net: 'n',
  pid: 'p',
  time: 'T',
  user: 'U',
  uts: 'u',
}

const isolation: Flags = {
  all: { type: 'boolean', text: `every type (${types.join(', ')}): root inside, host name 'ns'` },
  share: {
    type: 'string',
    multiple: true,
    value: ' TYPE',
    words: types,
    text: 'but not this one, with --all',
  },
  user: {
    type: 'string',
    short: letters.user,
    bare: 'root',
    value: '[=root|current|auto|subids]',
    words: ['root', 'current', 'auto', 'subids'],
    text: 'user ids: 0 inside, or as outside',
  },
  uts: { type: 'boolean', short: letters.uts, text: 'host name and domain name' },
  mount: { type: 'boolean', short: letters.mount, text: 'the tree of mounts' },
  pid: {
    type: 'boolean',
    short: letters.pid,
    text: 'process ids, with an init; /proc anew when mount is there too',
  },
}

/** A type that has no flags of its own here can be asked for by its name. */
const others: Flags = Object.fromEntries(
  types
    .filter((type) => !(type in isolation))
    .map((type) => [
      type,
      { type: 'boolean', short: letters[type], text: `a new ${type} namespace` },
    ]),
)

const typeAnd = (what: string) => ({
  type: 'string' as const,
  multiple: true,
  value: ` TYPE=${what}`,
  words: types.map((type) => `${type}=`),
})

const existing: Flags = {
  join: { ...typeAnd('REF'), text: 'enters the namespace of a pid or a path' },
  persist: { ...typeAnd('PATH'), text: 'keeps a new one by a file, as ip netns does' },
}

const details: Flags = {
  hostname: { type: 'string', value: ' NAME', text: 'in uts, which it implies' },
  domainname: { type: 'string', value: ' NAME', text: 'in uts, which it implies' },
  'map-user': {
    type: 'string',
    multiple: true,
    value: ' IN:OUT:COUNT',
    text: 'a line of the uid map (implies user)',
  },
  'map-group': {
    type: 'string',
    multiple: true,
    value: ' IN:OUT:COUNT',
    text: 'a line of the gid map (implies user)',
  },
  setgroups: {
    type: 'string',
    value: ' allow|deny',
    words: ['allow', 'deny'],
    text: 'whether setgroups may be called (implies user)',
  },
  'disable-nested': {
    type: 'boolean',
    text: 'no user namespace can be made inside (implies user)',
  },
  'no-init': { type: 'boolean', text: 'the command itself is PID 1 (implies pid)' },
  'until-empty': { type: 'boolean', text: 'the init stays until all have ended (implies pid)' },
  boottime: {
    type: 'string',
    value: ' SECONDS',
    text: 'added to the time since boot (implies time)',
  },
  monotonic: { type: 'string', value: ' SECONDS', text: 'added to the clock (implies time)' },
}

const place = (value: string, text: string) =>
  ({ type: 'string', multiple: true, value, words: 'file', text }) as const

const mounts: Flags = {
  root: {
    type: 'string',
    short: 'R',
    value: ' DIR',
    words: 'directory',
    text: 'a directory that becomes /',
  },
  readonly: { type: 'boolean', text: 'the root and all below it' },
  propagation: {
    type: 'string',
    value: ' MODE',
    words: ['private', 'slave', 'shared', 'unchanged'],
    text: 'of mounts: private, slave, shared, unchanged',
  },
  bind: place(' SRC:DST', 'shows SRC at DST'),
  'ro-bind': place(' SRC:DST', 'the same, read-only'),
  'bind-try': place(' SRC:DST', 'the same, unless SRC is missing'),
  'ro-bind-try': place(' SRC:DST', 'the same, read-only'),
  tmpfs: place(' DST[:SIZE]', 'an empty file system in memory'),
  proc: place(' DST', 'the processes of the pid namespace'),
  dev: place(' DST', 'a minimal /dev'),
  sysfs: place(' DST', 'of the network namespace'),
  mqueue: place(' DST', 'message queues of the ipc namespace'),
  dir: place(' DST', 'a directory, in what is new'),
  symlink: place(' TO:DST', 'a link at DST that points to TO, in what is new'),
  mask: place(' DST', 'hides a file or a directory'),
  'remount-ro': place(' DST', 'makes what is there read-only'),
}

/** Flags of every command that is started. */
export const command: Flags = {
  cwd: {
    type: 'string',
    short: 'w',
    value: ' DIR',
    words: 'directory',
    text: 'the working directory, inside',
  },
  env: { type: 'string', multiple: true, value: ' K=V', text: 'sets a variable' },
  'unset-env': { type: 'string', multiple: true, value: ' K', text: 'removes a variable' },
  'clear-env': { type: 'boolean', text: 'no variables but those of --env' },
  uid: { type: 'string', short: 'S', value: ' ID', text: 'the user id, inside' },
  gid: { type: 'string', short: 'G', value: ' ID', text: 'the group id, inside' },
  'keep-capabilities': { type: 'boolean', text: 'those that we have, which it else loses' },
  'no-pty': { type: 'boolean', text: 'shares this terminal, which it may then type into' },
  'start-timeout': { type: 'string', value: ' MS', text: 'a start that hangs fails after this' },
}

const restrictions: Flags = {
  'cap-drop': {
    type: 'string',
    multiple: true,
    value: ' CAP|all',
    text: 'takes a capability away; those of --cap-add come after',
  },
  'cap-add': { type: 'string', multiple: true, value: ' CAP', text: 'gives a capability' },
  seccomp: {
    type: 'string',
    multiple: true,
    value: ' FD',
    text: 'a compiled filter, read from this fd',
  },
  limit: {
    type: 'string',
    multiple: true,
    value: ' NAME=N',
    words: limitNames.map((name) => `${name}=`),
    text: 'a resource limit: nofile=64, cpu=5',
  },
  placement: {
    type: 'string',
    value: ' DIR',
    words: 'directory',
    text: 'the cgroup that it is born in',
  },
  'die-with-parent': {
    type: 'string',
    bare: 'SIGKILL',
    value: '[=SIGNAL]',
    text: 'the signal when ns is gone; with any namespace SIGKILL anyway',
  },
  outlive: { type: 'boolean', text: 'goes on when ns is gone' },
  argv0: { type: 'string', value: ' NAME', text: "the command's name for itself" },
}

/** All flags of `ns run`, and of `ns explain` beside its own. */
export const topics: Topics = {
  Namespaces: { ...isolation, ...others, ...existing },
  'What is in them': details,
  'Mounts, made in the order of their flags (imply mount)': mounts,
  'The process': { ...command, ...restrictions },
}

type Text = string | undefined
type List = readonly string[] | undefined

/** What the flags were given. */
export interface Values
  extends Readonly<
      Partial<
        Record<
          | 'all'
          | 'uts'
          | 'mount'
          | 'pid'
          | 'disable-nested'
          | 'no-init'
          | 'until-empty'
          | 'readonly'
          | 'clear-env'
          | 'no-pty'
          | 'keep-capabilities'
          | 'outlive',
          boolean
        >
      >
    >,
    Readonly<
      Partial<
        Record<
          | 'user'
          | 'hostname'
          | 'domainname'
          | 'setgroups'
          | 'boottime'
          | 'monotonic'
          | 'root'
          | 'propagation'
          | 'cwd'
          | 'uid'
          | 'gid'
          | 'start-timeout'
          | 'placement'
          | 'die-with-parent'
          | 'argv0',
          Text
        >
      >
    >,
    Readonly<
      Partial<
        Record<
          | 'share'
          | 'join'
          | 'persist'
          | 'map-user'
          | 'map-group'
          | 'env'
          | 'unset-env'
          | 'cap-drop'
          | 'cap-add'
          | 'seccomp'
          | 'limit',
          List
        >
      >
    > {}
