import { type NamespaceType, namespaceTypes, procName } from '@ns/syscalls'

/** What `uts:[4026531838]` names, as the links in `/proc/PID/ns` read, those of fds, and the roots of bind mounts. */
export function typeOfLink(link: string): { type: NamespaceType; inode: number } | undefined {
  const [, name, inode] = link.match(/^([a-z]+):\[(\d+)\]$/) ?? []
  const type = namespaceTypes.find((one) => procName(one) === name)
  return type && { type, inode: Number(inode) }
}
