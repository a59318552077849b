import { readFileSync } from 'node:fs'
import { unescapeOctal } from '@ns/syscalls'

/** Which cgroups this machine has (cgroups(7)), as this process sees them. */
export interface Hierarchies {
  /** `'v2'`: version 2 alone. `'hybrid'`: beside version 1, which has some controllers. `'none'`: none is mounted. */
  readonly mode: 'v2' | 'hybrid' | 'v1' | 'none'
  /** Where version 2 is mounted, and the controllers that it has there. */
  readonly v2?: { readonly mount: string; readonly controllers: readonly string[] } | undefined
  /** Where each controller of version 1 is mounted. */
  readonly v1: Readonly<Record<string, string>>
}

interface Mount {
  readonly root: string
  readonly point: string
  readonly type: string
  readonly options: readonly string[]
}

/** Whether this machine has version 1, 2 or both of cgroups, and which controllers are where. */
export function readHierarchies(): Hierarchies {
  return hierarchiesOf(readFileSync('/proc/self/mountinfo', 'utf8'), readWords)
}

/** The same from `/proc/self/mountinfo` and what reads `cgroup.controllers`. */
export function hierarchiesOf(
  mountinfo: string,
  read: (path: string) => readonly string[],
): Hierarchies {
  const mounts = parseMounts(mountinfo)
  const two = mounts.find(({ type }) => type === 'cgroup2')
  const v2 = two && { mount: two.point, controllers: read(`${two.point}/cgroup.controllers`) }
  const v1 = Object.fromEntries(
    mounts
      .filter(({ type }) => type === 'cgroup')
      .flatMap(({ point, options }) => options.filter(isController).map((name) => [name, point])),
  )
  const hasOne = mounts.some(({ type }) => type === 'cgroup')
  return { mode: v2 ? (hasOne ? 'hybrid' : 'v2') : hasOne ? 'v1' : 'none', v2, v1 }
}

/** The directory of the version 2 cgroup whose path `/proc/PID/cgroup` gives; `undefined`: it is not below what is mounted. */
export function directoryOf(path: string, mountinfo: string): string | undefined {
  for (const { type, root, point } of parseMounts(mountinfo)) {
    if (type !== 'cgroup2') continue
    const top = root === '/' ? '' : root
    if (path === root || `${path}/`.startsWith(`${top}/`))
      return `${point}${path.slice(top.length)}`.replace(/\/$/, '')
  }
  return undefined
}

const notControllers = /^(rw|ro|none|noprefix|xattr|nsdelegate|clone_children|name=|release_agent=)/
const isController = (option: string) => !notControllers.test(option)

function parseMounts(mountinfo: string): readonly Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [, , , root = '', point = '', ...rest] = line.split(' ')
    const [type = '', , options = ''] = rest.slice(rest.indexOf('-') + 1)
    if (!type.startsWith('cgroup')) return []
    const [from, at] = [unescapeOctal(root), unescapeOctal(point)]
    return [{ root: from, point: at, type, options: options.split(',') }]
  })
}

/** Words of a file of the kernel's; none when it isn't there. */
export function readWords(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split(/\s+/).filter(Boolean)
  } catch {
    return []
  }
}
