import type { Flags } from '../flags.ts'

const place = (value: string, text: string) =>
  ({ type: 'string', multiple: true, value, words: 'file', text }) as const

/** What is mounted in a mount namespace. */
export const mounts: Flags = {
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
  'load-interp': {
    type: 'string',
    multiple: true,
    value: ' DEFINITION',
    text: 'an interpreter in a binfmt_misc of its own: :NAME:M:OFFSET:MAGIC:MASK:PROGRAM:FLAGS (implies user)',
  },
}
