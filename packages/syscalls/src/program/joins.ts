import { CLONE, F, FD_CLOEXEC, MSG, SCM_RIGHTS, SIGNAL, SOL_SOCKET } from '../kernel/constants.ts'
import { CLONE_NEW, type NamespaceType } from '../namespaces/types.ts'
import { type Region, Slot } from './memory.ts'
import type { Plan } from './plan.ts'
import { type Step, step } from './step.ts'

/** A namespace to enter: an fd of this process that the launcher is given. */
export interface Join {
  readonly type: NamespaceType
  readonly fd: number
  /** It, and the user namespace that owns it: what an error names. */
  readonly name: string
  readonly keepsIds?: boolean | undefined
}

/** Marks of the messages on the status socket. */
export const MESSAGE = { parked: 'p', forked: 'f', fd: 'd', go: 'g' } as const

/**
 * Adds the joins. Order (setns(2), DESIGN): with privilege, the others first, while the caller's privilege counts for
 * them; without, the user namespace first, as it is what gives the privilege. The pid namespace last: it has no effect
 * before the fork.
 */
export function addJoins(plan: Plan, joins: readonly Join[], privileged: boolean): void {
  const rank = (type: NamespaceType) =>
    type === 'pid' ? 2 : type === 'user' ? (privileged ? 1 : -1) : 0
  const steps = plan.in('joins')
  for (const join of [...joins].sort((a, b) => rank(a.type) - rank(b.type))) {
    const fd = { fd: join.fd, name: join.type }
    const options = { namespace: join.type, operation: 'join' }
    steps.call('fcntl', [fd, F.SETFD, FD_CLOEXEC], options)
    steps.call('setns', [fd, CLONE_NEW[join.type]], {
      ...options,
      path: join.name,
    })
    steps.call('close', [fd], options)
    if (join.type === 'user') becomeRootInside(plan, join)
  }
}

/** In a joined user namespace: id 0 where that is mapped, else the ids stay (nsenter does the same). */
function becomeRootInside(plan: Plan, { keepsIds }: Join): void {
  const options = { namespace: 'user', operation: 'join', tolerate: ['EINVAL', 'EPERM'] } as const
  plan.rootInside = true // or it loses at the exec what only root keeps
  if (keepsIds) return
  plan.in('joins').call('setresgid', [0, 0, 0], options)
  plan.in('joins').call('setresuid', [0, 0, 0], options)
}

/**
 * Adds the second clone, whose child is in the pid namespace that was joined or unshared. It is the caller's own child
 * (CLONE_PARENT); its pidfd comes back by SCM_RIGHTS; and it waits until that has arrived: a launcher killed between
 * the two leaves a child that ends by itself.
 *
 * @returns where the child's pid is stored, as this process sees it
 */
export function addFork(plan: Plan): Slot {
  const pid = plan.slot('child')
  const { message, fd } = rightsMessage(plan, MESSAGE.forked)
  const parent: Step[] = [
    step('sendmsg', [plan.status, message, MSG.NOSIGNAL], {
      namespace: 'pid',
      operation: 'create',
      expect: 1,
    }),
    step('exit_group', [0]),
  ]
  const flags = CLONE.PARENT | CLONE.PIDFD | SIGNAL.CHLD
  // parent_tid is where CLONE_PIDFD stores the fd: in the message itself.
  const options = { namespace: 'pid', operation: 'create', result: pid, fork: parent } as const
  plan.in('fork').call('clone', [flags, 0, fd.region, 0, 0], options)
  return pid
}

/** A message of ASCII text with one fd (unix(7), SCM_RIGHTS): whatever stores the fd into the slot stores it in the message. */
export function rightsMessage(plan: Plan, text: string): { message: Region; fd: Slot } {
  const control = Buffer.alloc(24) // struct cmsghdr with one fd
  control.writeBigUInt64LE(20n, 0)
  control.writeInt32LE(SOL_SOCKET, 8)
  control.writeInt32LE(SCM_RIGHTS, 12)
  const rights = plan.memory.put(control)
  const vector = plan.memory.words([plan.memory.string(text).address, text.length])
  const message = plan.memory.words([0, 0, vector.address, 1, rights.address, control.length, 0])
  return { message, fd: new Slot(rights.at(16, 8), 'fd') }
}

/** Adds the step that sends an fd to the caller, last of all; the slot is where an earlier step has to store it. */
export function addFdReturn(plan: Plan): Slot {
  const { message, fd } = rightsMessage(plan, MESSAGE.fd)
  const options = { operation: 'send the fd', expect: 1 }
  plan.in('close').call('sendmsg', [plan.status, message, MSG.NOSIGNAL], options)
  return fd
}

/**
 * Hands what a step opens over to the caller before the caller's part: how that reaches into a namespace which nobody
 * may look at from outside while the start goes on.
 *
 * @param take is called with the fd, close-on-exec, as soon as it is here; it is his to close
 * @returns the slot where a step of the phase `user` has to store the fd, and the steps that come behind that one
 */
export function handOver(
  plan: Plan,
  take: (fd: number) => void,
): { readonly fd: Slot; readonly steps: readonly Step[] } {
  const { message, fd } = rightsMessage(plan, MESSAGE.fd)
  plan.takers.push(take)
  const send = step('sendmsg', [plan.status, message, MSG.NOSIGNAL], {
    operation: 'hand over an fd',
    expect: 1,
  })
  return { fd, steps: [send, step('close', [fd], { operation: 'hand over an fd' })] }
}

/** Waits for the parent's word; the end of the stream means that the parent is gone. */
export function waitForGo(plan: Plan): Step {
  return step('read', [plan.status, plan.memory.allocate(8), 1], {
    operation: 'wait for the parent',
    expect: 1,
  })
}
