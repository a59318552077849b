import { type Phase, type Plan, SOCK } from '@ns/syscalls'
import { AF, IFF_UP, LOOPBACK, SIOCSIFFLAGS, SOCK_DGRAM } from './constants.ts'

/** By ioctl, not by netlink: a refusal is the errno of the step itself, not a message to be parsed (netdevice(7)). */
export function addLoopback(plan: Plan, lo: boolean | 'try', phase: Phase): void {
  if (lo === false) return
  const request = Buffer.alloc(40) // struct ifreq
  request.write(LOOPBACK)
  request.writeInt16LE(IFF_UP, 16)
  const socket = plan.slot('socket')
  const options = { namespace: 'net', operation: 'bring lo up' } as const
  const tolerate =
    lo === 'try'
      ? ({ tolerate: ['EPERM', 'EACCES', 'EOPNOTSUPP', 'ENOTTY', 'ENOSYS'] } as const)
      : {}
  const steps = plan.in(phase)
  steps.call('socket', [AF.INET, SOCK_DGRAM | SOCK.CLOEXEC, 0], {
    ...options,
    ...tolerate,
    result: socket,
  })
  steps.call('ioctl', [socket, SIOCSIFFLAGS, request], { ...options, ...tolerate, path: LOOPBACK })
  steps.call('close', [socket], { ...options, ...(lo === 'try' ? { tolerate: ['EBADF'] } : {}) })
}
