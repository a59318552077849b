import { readdirSync, statSync } from 'node:fs'
import type { Namespace } from '@ns/syscalls'

/** The processes in a network namespace, as far as we may look at them; threads that have moved don't count. */
export function pidsIn({ identity }: Namespace): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const link = linkOf(pid)
      return link?.dev === identity.device && link.ino === identity.inode
    })
}

/** It may end meanwhile, or be somebody else's. */
function linkOf(pid: number) {
  try {
    return statSync(`/proc/${pid}/ns/net`)
  } catch {
    return undefined
  }
}
