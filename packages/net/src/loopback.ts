import { close, descriptor, type Phase, type Plan, SOCK, SyscallError, succeed } from '@ns/syscalls'
import { AF, IFF_UP, LOOPBACK, SIOCSIFFLAGS } from './constants.ts'

/** By ioctl, not by netlink: a refusal is the errno of the step itself, not a message to be parsed (netdevice(7)). */
export function addLoopback(plan: Plan, lo: boolean | 'try', phase: Phase): void {
  if (lo === false) return
  const request = upRequest()
  const socket = plan.slot('socket')
  const options = { namespace: 'net', operation: 'bring lo up' } as const
  const tolerate = lo === 'try' ? ({ tolerate: refusals } as const) : {}
  const steps = plan.in(phase)
  steps.call('socket', [AF.INET, SOCK.DGRAM | SOCK.CLOEXEC, 0], {
    ...options,
    ...tolerate,
    result: socket,
  })
  steps.call('ioctl', [socket, SIOCSIFFLAGS, request], { ...options, ...tolerate, path: LOOPBACK })
  steps.call('close', [socket], { ...options, ...(lo === 'try' ? { tolerate: ['EBADF'] } : {}) })
}

/** The same, in the namespace that the calling thread is in. */
export function bringLoopbackUp(lo: boolean | 'try'): void {
  if (lo === false) return
  const socket = descriptor({}, 'socket', AF.INET, SOCK.DGRAM | SOCK.CLOEXEC, 0)
  try {
    succeed({ path: LOOPBACK }, 'ioctl', socket, SIOCSIFFLAGS, upRequest())
  } catch (error) {
    const isRefusal = error instanceof SyscallError && refusals.some((it) => it === error.code)
    if (lo !== 'try' || !isRefusal) throw error
  } finally {
    close(socket)
  }
}

/** With which a kernel refuses it. */
const refusals = ['EPERM', 'EACCES', 'EOPNOTSUPP', 'ENOTTY', 'ENOSYS'] as const

/** `struct ifreq` */
function upRequest(): Buffer {
  const request = Buffer.alloc(40)
  request.write(LOOPBACK)
  request.writeInt16LE(IFF_UP, 16)
  return request
}
