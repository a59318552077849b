import { constants } from 'node:os'
import type { Request } from '../codec/message.ts'

/** What to change, by what the kernel said; it changes nothing of what is done. */
export function hintFor(
  { name }: Request,
  errno: number,
  text: string | undefined,
): string | undefined {
  const { EPERM, EOPNOTSUPP, ENOENT } = constants.errno
  // fib_nl2rule() compares the sender's user namespace with the owner: a socket from inside is not enough.
  if (errno === EPERM && text === 'No permission to set uid')
    return 'the kernel takes rules by user id only from a process in the user namespace that owns the network namespace'
  if (errno === EPERM)
    return 'this takes CAP_NET_ADMIN in the user namespace that owns the network namespace'
  if (errno === EOPNOTSUPP && text === 'Unknown device type')
    return 'this kernel has no links of that kind: load the module of its name, or take a kernel that has it'
  if (errno === ENOENT && name.startsWith('RTM_NEWQDISC'))
    return 'this kernel has no such qdisc: load the module (sch_ and its name), or take a kernel that has it'
  if (errno === ENOENT && name.startsWith('RTM_NEWTFILTER'))
    return 'this kernel has no such classifier or action: load the module (cls_ or act_ and its name), or take a kernel that has it'
  return undefined
}
