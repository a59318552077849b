import { types } from '@ns/spawn'
import type { NamespaceType } from '@ns/syscalls'
import type { Flags } from '../flags.ts'

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

/** Which namespaces. */
export const namespaces: Flags = { ...isolation, ...others, ...existing }

/** What is in them. */
export const details: Flags = {
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
  owner: {
    type: 'string',
    value: ' UID:GID',
    text: 'whose the user namespace is, if not ours; as root (implies user)',
  },
  'disable-nested': {
    type: 'boolean',
    text: 'no user namespace can be made inside (implies user)',
  },
  allow: {
    type: 'string',
    multiple: true,
    value: ' NAME:PORT',
    text: 'the only way out of net: NAME:PORT[/udp], *.NAME:PORT, ADDRESS:PORT (implies net)',
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
