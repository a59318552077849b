import { inside, invalidOption, type Plan, textOf } from '@ns/syscalls'
import type { Place } from './sockets/open-socket.ts'

/** Values of sysctls by name: `{ 'net.ipv4.ip_forward': 1 }`. */
export type Sysctls = Readonly<Record<string, string | number>>

/** None is longer: a page of `/proc`. */
const LONGEST = 4096

/**
 * The file of a sysctl below `/proc`. As sysctl(8) has it, the first separator decides: in `net/ipv4/conf/eth0.5/forwarding`
 * the dot is part of a name.
 *
 * @throws {NamespaceError} `ERR_NS_INVALID_OPTION` for one that is not of network namespaces
 */
function fileOf(name: string): string {
  const isName = typeof name === 'string' && /^net[./][^\0]+$/.test(name)
  const path = isName && name[3] === '/' ? name : `${name}`.replaceAll('.', '/')
  const parts = path.split('/')
  if (isName && !parts.some((part) => part === '' || part === '.' || part === '..'))
    return `sys/${path}`
  const rule = "a name below net is wanted ('net.ipv4.ip_forward')"
  throw invalidOption(`sysctl: ${rule}, not ${JSON.stringify(name)}`, 'net')
}

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` */
export function checkSysctls(what: string, sysctls: Sysctls): void {
  for (const [name, value] of Object.entries(sysctls)) {
    fileOf(name)
    if (typeof value !== 'string' && typeof value !== 'number')
      throw invalidOption(`${what}: '${name}': a string or a number is wanted`, 'net')
  }
}

/** The steps that set them, in their order. Whose they are is decided by who opens the file: the process inside. */
export function addSysctls(plan: Plan, sysctls: Sysctls): void {
  for (const [name, value] of Object.entries(sysctls))
    plan.in('net').writeFile(plan.proc, fileOf(name), `${value}`, {
      namespace: 'net',
      operation: 'set a sysctl',
      path: `/proc/${fileOf(name)}`,
    })
}

/** Sets them in a namespace that exists. */
export async function setSysctls({ net, user }: Place, sysctls: Sysctls): Promise<void> {
  checkSysctls('sysctls', sysctls)
  await inside({ user, net }, (plan) => {
    addSysctls(plan, sysctls)
    return () => undefined
  })
}

/** Reads one in a namespace that exists. */
export async function readSysctl({ net, user }: Place, name: string): Promise<string> {
  const file = fileOf(name)
  return await inside({ user, net }, (plan) => {
    const region = plan.memory.allocate(LONGEST)
    const options = { namespace: 'net', operation: 'read a sysctl', path: `/proc/${file}` } as const
    plan.in('net').readFile(plan.proc, file, region, options)
    return (memory) => textOf(memory(region)).trimEnd()
  })
}
