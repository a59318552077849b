import {
  AF_NETLINK,
  attempt,
  CLONE_NEW,
  close,
  descriptor,
  hintFor,
  isPrivileged,
  Namespace,
  NamespaceError,
  type NamespaceRef,
  openInside,
  type Plan,
  PR,
  SIOCGSKNS,
  type Slot,
  SOCK,
  SyscallError,
} from '@ns/syscalls'
import { NETLINK_ROUTE } from './constants.ts'
import { addLoopback, bringLoopbackUp } from './loopback.ts'
import { whileThere } from './thread.ts'

/** A network namespace to be made. */
export interface NewNetwork {
  /** Brings the loopback interface up; `'try'`: goes on where the kernel refuses it. @default true */
  readonly lo?: boolean | 'try' | undefined
}

/**
 * Makes a network namespace that nobody is in. With privilege the calling thread makes it, which is several times as fast
 * as a process that does; it is held for half a millisecond.
 *
 * @param user the user namespace that is to own it; without privilege a new one
 * @returns a socket of NETLINK_ROUTE in it, which holds it
 */
export async function createNetwork(
  options: NewNetwork,
  user: NamespaceRef | undefined,
): Promise<number> {
  const isOurs = user === undefined && isPrivileged()
  if (isOurs) return createHere(options)
  return await openInside({ user }, (plan, fd) => {
    if (user === undefined) addUserNamespace(plan)
    addNetwork(plan, options, fd)
  })
}

function createHere({ lo = true }: NewNetwork): number {
  const enter = () => {
    const result = attempt('unshare', CLONE_NEW.net)
    if (result < 0) throw refused(new SyscallError(-result, 'unshare'))
  }
  return whileThere(enter, () => {
    bringLoopbackUp(lo)
    return descriptor({}, 'socket', AF_NETLINK, SOCK.RAW | SOCK.CLOEXEC, NETLINK_ROUTE)
  })
}

function refused(cause: SyscallError): NamespaceError {
  const { code: errno, syscall: call, message } = cause
  const code =
    errno === 'ENOSPC' ? 'ERR_NS_LIMIT' : errno === 'EPERM' ? 'ERR_NS_PERMISSION' : 'ERR_NS_SETUP'
  const about = { namespace: 'net', operation: 'create' } as const
  const hint = hintFor({ call, errno, path: undefined, ...about })
  return new NamespaceError(`net: ${message}`, { code, hint, cause, ...about })
}

/** The steps that make it, and a socket in it: by that the caller has all, without entering once more. */
export function addNetwork(plan: Plan, { lo = true }: NewNetwork, socket: Slot): void {
  const steps = plan.in('net')
  steps.call('unshare', [CLONE_NEW.net], { namespace: 'net', operation: 'create' })
  addLoopback(plan, lo, 'net')
  steps.openNetlink(NETLINK_ROUTE, socket)
}

/** One whose root is the caller. */
function addUserNamespace(plan: Plan): void {
  const steps = plan.in('user')
  const map = { namespace: 'user', operation: 'map' } as const
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0]
  // The undumpable cannot write their own maps; nobody else is in a namespace that is new.
  steps.call('prctl', [PR.SET_DUMPABLE, 1, 0, 0, 0], map)
  steps.call('unshare', [CLONE_NEW.user], { namespace: 'user', operation: 'create' })
  steps.writeFile(plan.proc, 'self/setgroups', 'deny', map)
  steps.writeFile(plan.proc, 'self/uid_map', `0 ${uid} 1\n`, map)
  steps.writeFile(plan.proc, 'self/gid_map', `0 ${gid} 1\n`, map)
}

/** The network namespace that a socket belongs to: nobody has to be in it, or to look at somebody. */
export function namespaceOfSocket(socket: number): Namespace {
  const fd = descriptor({}, 'ioctl', socket, SIOCGSKNS, 0)
  try {
    return Namespace.open('net', { fd })
  } finally {
    close(fd)
  }
}
