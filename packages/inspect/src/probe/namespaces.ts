import {
  CLONE_NEW,
  close,
  dieWith,
  inside,
  MS,
  NamespaceError,
  type NamespaceType,
  namespaceTypes,
  O,
  openInside,
  type Plan,
  procName,
  SIGNAL,
  step,
} from '@ns/syscalls'
import { type Finding, refused, yes } from './finding.ts'
import { addOrdinaryUser, addOwnUserNamespace } from './ordinary-user.ts'

/** Who tries: we, with the privilege that we have; somebody without, by way of a user namespace. */
const asked = ['namespaces', 'unprivileged'] as const
type Who = (typeof asked)[number]

/** Each type, new and joined, as we are and without privilege: made by processes that end at once. */
export async function tryNamespaces(): Promise<readonly Finding[]> {
  const pairs = asked.flatMap((who) => namespaceTypes.map((type) => ({ who, type })))
  const tried = await Promise.all(
    pairs.map(({ who, type }) => (type === 'user' ? tryUser(who) : tryType(who, type))),
  )
  return tried.flat()
}

async function tryType(who: Who, type: NamespaceType): Promise<readonly Finding[]> {
  const topic = `${who}.${type}`
  return await outcome(topic, async () => {
    await inside({}, (plan) => {
      if (who === 'unprivileged') addOwnUserNamespace(plan)
      addUnshare(plan, type)
      if (type === 'pid') addPidJoin(plan)
      else addJoin(plan, type)
      return () => {}
    })
  })
}

/** It cannot be joined by who made it: he would be in it already. */
async function tryUser(who: Who): Promise<readonly Finding[]> {
  return await outcome(`${who}.user`, async () => {
    const user = await openInside({}, (plan, fd) => {
      if (who === 'unprivileged') addOwnUserNamespace(plan)
      else addUnshare(plan, 'user')
      plan.in('user').call('openat', [plan.proc, 'self/ns/user', O.RDONLY], { result: fd })
    })
    try {
      await inside({ user: { fd: user } }, (plan) => {
        if (who === 'unprivileged') addOrdinaryUser(plan, 'arm')
        return () => {}
      })
    } finally {
      close(user)
    }
  })
}

async function outcome(topic: string, attempt: () => Promise<void>): Promise<readonly Finding[]> {
  const made = `${topic}.new`
  const joined = `${topic}.joined`
  try {
    await attempt()
    return [yes(made), yes(joined)]
  } catch (error) {
    const isMade = error instanceof NamespaceError && error.operation === 'join'
    if (isMade) return [yes(made), refused(joined, error)]
    return [refused(made, error), { id: joined, answer: 'unknown' }]
  }
}

function addUnshare(plan: Plan, type: NamespaceType): void {
  const options = { namespace: type, operation: 'create' }
  plan.in('user').call('unshare', [CLONE_NEW[type]], options)
}

/** Enters what was made just before: the kernel asks for the same rights as for any other. */
function addJoin(plan: Plan, type: NamespaceType): void {
  const link = type === 'time' ? 'time_for_children' : procName(type)
  const fd = plan.slot(type)
  const options = { namespace: type, operation: 'join' } as const
  const steps = plan.in('user')
  steps.call('openat', [plan.proc, `self/ns/${link}`, O.RDONLY | O.CLOEXEC], {
    ...options,
    result: fd,
  })
  steps.call('setns', [fd, CLONE_NEW[type]], options)
}

/** A pid namespace can be opened only while it has a process: a child, which waits until it was joined. */
function addPidJoin(plan: Plan): void {
  const options = { namespace: 'pid', operation: 'join' } as const
  const [event, child, fd] = [plan.slot('event'), plan.slot('child'), plan.slot('pid')]
  const statm = plan.slot('statm')
  const one = plan.memory.words([1])
  const link = [plan.proc, 'self/ns/pid_for_children', O.RDONLY | O.CLOEXEC] as const
  const parent = [
    step('openat', link, { ...options, result: fd }),
    step('setns', [fd, CLONE_NEW.pid], options),
    step('write', [event, one, 8], options),
    step('wait4', [child, 0, 0, 0], options),
    step('exit_group', [0]),
  ]
  const steps = plan.in('user')
  steps.call('eventfd2', [0, 0], { ...options, result: event })
  steps.call('openat', [plan.proc, 'self/statm', O.RDONLY | O.CLOEXEC], {
    ...options,
    result: statm,
  })
  steps.call('clone', [SIGNAL.CHLD, 0, 0, 0, 0], { ...options, result: child, fork: parent })
  steps.push(...dieWith(plan, statm)) // if the join is refused nobody writes
  steps.call('read', [event, plan.memory.allocate(8), 8], options)
}

/** Whether somebody without privilege may mount a `/proc` of a pid namespace of his own. */
export async function tryProc(): Promise<Finding> {
  const id = 'unprivileged.proc'
  try {
    await inside({}, (plan) => {
      addOwnUserNamespace(plan)
      addUnshare(plan, 'mount')
      addUnshare(plan, 'pid')
      const child = plan.slot('child')
      const parent = [step('wait4', [child, 0, 0, 0]), step('exit_group', [0])]
      const steps = plan.in('user')
      const options = {
        namespace: 'pid',
        operation: 'create',
        result: child,
        fork: parent,
      } as const
      steps.call('clone', [SIGNAL.CHLD, 0, 0, 0, 0], options)
      const mounting = { namespace: 'mount', operation: 'mount' } as const
      steps.call('mount', ['none', '/', 0, MS.REC | MS.PRIVATE, 0], mounting)
      steps.call('mount', ['proc', '/proc', 'proc', 0, 0], { ...mounting, path: 'proc' })
      return () => {}
    })
    return yes(id)
  } catch (error) {
    return refused(id, error)
  }
}
