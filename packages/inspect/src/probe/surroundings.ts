import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs'
import { parseMountTable } from '@ns/mount'
import type { Remedy } from '@ns/syscalls'
import { findNewidmap, readSubids } from '@ns/user'
import { type Finding, no, refused, yes } from './finding.ts'

/** What stands beside the kernel: subordinate ids, cgroups, user-mode networks. */
export function readSurroundings(): readonly Finding[] {
  return [
    ...(['uid', 'gid'] as const).flatMap((kind) => [newidmap(kind), subids(kind)]),
    ...cgroups(),
    ...['pasta', 'slirp4netns'].map(program),
    tun(),
  ]
}

function newidmap(kind: 'uid' | 'gid'): Finding {
  const id = `ids.new${kind}map`
  try {
    return yes(id, findNewidmap(kind))
  } catch (error) {
    return refused(id, error)
  }
}

function subids(kind: 'uid' | 'gid'): Finding {
  const id = `ids.sub${kind}`
  const count = readSubids(`/etc/sub${kind}`, process.getuid?.() ?? 0).reduce(
    (sum, range) => sum + range.count,
    0,
  )
  if (count > 0) return yes(id, `${count}`)
  const change = `usermod --add-sub${kind}s FIRST-LAST USER, as root`
  const price = "these ids are that user's, and nobody else's"
  const more = { code: 'ERR_NS_SUBIDS', value: '0' } as const
  return no(id, `this user has no line in /etc/sub${kind}`, [{ change, price }], more)
}

/** cgroups(7): which hierarchies are mounted, and whether ours is given to us. */
function cgroups(): readonly Finding[] {
  const table = parseMountTable(readFileSync('/proc/self/mountinfo', 'utf8'))
  const v2 = table.find(({ type }) => type === 'cgroup2')
  const hasV1 = table.some(({ type }) => type === 'cgroup')
  const version = v2 ? (hasV1 ? 'hybrid' : 'v2') : hasV1 ? 'v1' : 'none'
  const id = 'cgroup.delegated'
  const own = readFileSync('/proc/self/cgroup', 'utf8').match(/^0::(.*)$/m)?.[1]
  if (!v2 || own === undefined) return [yes('cgroup.version', version), { id, answer: 'unknown' }]
  const change = 'start it where the tree below is its own (systemd: Delegate=yes)'
  const price = 'the user sets limits for his own processes'
  const path = `${v2.target}${own}`
  const delegated = mayAccess(`${path}/cgroup.procs`, constants.W_OK)
    ? yes(id, path)
    : no(id, `the cgroup of this process, ${path}, is not ours to divide`, [{ change, price }])
  return [yes('cgroup.version', version), delegated]
}

function program(name: string): Finding {
  const directories = (process.env.PATH ?? '/bin:/usr/bin').split(':')
  const path = directories
    .map((directory) => `${directory}/${name}`)
    .find((file) => file.startsWith('/') && mayAccess(file, constants.X_OK))
  const remedy: Remedy = {
    change: `install ${name}`,
    price: 'a program that has to be kept up to date',
  }
  const id = `network.${name}`
  return path
    ? yes(id, path)
    : no(id, `${name} is not in PATH: the unprivileged have no network without`, [remedy])
}

/** Opening it makes no interface. */
function tun(): Finding {
  const id = 'network.tun'
  try {
    closeSync(openSync('/dev/net/tun', 'r+'))
    return yes(id)
  } catch (error) {
    const remedy: Remedy = {
      change: 'chmod 0666 /dev/net/tun, or give this container the device',
      price: 'every user may make interfaces in network namespaces of his own',
    }
    return no(id, `/dev/net/tun cannot be opened (${(error as NodeJS.ErrnoException).code})`, [
      remedy,
    ])
  }
}

function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
