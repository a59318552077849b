import type { Flags } from '../flags.ts'
import { limitNames } from '../limits.ts'

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
  keyring: {
    type: 'string',
    value: ' new|keep',
    words: ['new', 'keep'],
    text: 'new: an empty session keyring, without our keys',
  },
  'no-pty': { type: 'boolean', text: 'shares this terminal, which it may then type into' },
  quiet: {
    type: 'boolean',
    short: 'q',
    text: 'says nothing of its own when all goes well: no warnings, nor what --allow refused',
  },
  'start-timeout': { type: 'string', value: ' MS', text: 'a start that hangs fails after this' },
}

/** Flags of what `ns run` starts beside. */
export const restrictions: Flags = {
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
  'forward-signals': {
    type: 'boolean',
    text: 'those that ns gets reach the command, as they do without it too',
  },
  outlive: { type: 'boolean', text: 'goes on when ns is gone' },
  argv0: { type: 'string', value: ' NAME', text: "the command's name for itself" },
}
