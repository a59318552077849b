import type { Namespaces } from '@ns/spawn'
import type { NamespaceType } from '@ns/syscalls'
import { milliseconds, terminalOf } from '../command-line.ts'
import { keyringOf, numberOf } from '../protections.ts'
import { run } from '../run.ts'
import type { Verb } from '../verb.ts'
import { parseEnter, topics, type Values } from './flags.ts'
import { standingIn } from './places.ts'
import { type Entered, lookAt } from './target.ts'

/** `ns enter`: a command in namespaces that exist. */
export const enter: Verb = {
  summary: 'runs a command, or a shell, in those of a process',
  usage: '-t PID [flags] [-- command…]',
  text: 'Run a command, or a shell, in namespaces that exist.',
  examples: [
    ['ns enter -t PID', 'a shell in all of its namespaces'],
    ['ns enter -t PID --net --mount -- ss -l', 'a command in two of them'],
    ['ns enter --net=/run/netns/blue -- sh', 'by a path'],
    ['ns enter -t PID --uid 1000 --gid 1000 --cwd /srv -- make', 'as somebody, somewhere'],
  ],
  topics,
  notes:
    'Without privilege a user namespace has to be entered too, which gives the right to the others; so it is with all.',
  async run(args) {
    const line = parseEnter(args)
    const { values, file, args: rest } = line
    const options = {
      ...terminalOf(values),
      uid: numberOf('uid', values.uid),
      gid: numberOf('gid', values.gid),
      capabilities: values['keep-capabilities'] ? 'keep' : undefined,
      keyring: keyringOf(values.keyring),
      groups: values['preserve-credentials'] ? 'keep' : undefined,
      cwd: values.cwd,
      startTimeout: milliseconds(values['start-timeout']),
    } as const
    using entered = lookAt(line)
    const { env, cgroup } = entered
    const namespaces = namespacesOf(entered, values)
    const all = { ...options, env, cgroup, namespaces }
    return await run({ file, args: rest, options: all, quiet: values.quiet })
  },
}

function namespacesOf({ handles, places }: Entered, values: Values): Namespaces {
  const of = (type: NamespaceType) => handles.find((handle) => handle.type === type)
  const joins = handles.map((join) => [join.type, { join }])
  const user = of('user')
  const isPlaced = Object.values(places).some((place) => place !== undefined)
  return {
    ...Object.fromEntries(joins),
    ...(user && { user: { join: user, keepIds: values['preserve-credentials'] } }),
    ...(isPlaced && { mount: standingIn(places, of('mount')) }),
  }
}
