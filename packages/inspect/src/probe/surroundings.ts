import { closeSync, openSync } from 'node:fs'
import { findParent, readHierarchies } from '@ns/cgroup'
import { filesInPath, mayExecute, type Remedy } from '@ns/syscalls'
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

/** cgroups(7): which hierarchies are mounted, and whether one that may have children is given to us. */
function cgroups(): readonly Finding[] {
  const id = 'cgroup.delegated'
  const version = yes('cgroup.version', readHierarchies().mode)
  try {
    return [version, yes(id, findParent())]
  } catch (error) {
    const change = 'start it where the tree below is its own (systemd: Delegate=yes)'
    const price = 'the user sets limits for his own processes'
    return [version, { ...refused(id, error), remedies: [{ change, price }] }]
  }
}

function program(name: string): Finding {
  const path = filesInPath(name).find(mayExecute)
  const remedy: Remedy = {
    change: `install ${name}`,
    price: 'a program that has to be kept up to date',
  }
  const id = `network.${name}`
  return path
    ? yes(id, path)
    : no(id, `${name} is not in PATH: the unprivileged have no network without`, [remedy], {
        code: 'ERR_NS_UNSUPPORTED',
      })
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
    const cause = `/dev/net/tun cannot be opened (${(error as NodeJS.ErrnoException).code})`
    return no(id, cause, [remedy], { code: 'ERR_NS_PERMISSION' })
  }
}
