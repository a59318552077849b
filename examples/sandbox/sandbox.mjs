// Runs a command that is not trusted: a read-only system, a /tmp of its own, nothing else of the machine.
import { lstatSync, readlinkSync } from 'node:fs'
import { bind, dev, mask, proc, symlink, tmpfs } from '@ns/mount'
import { run } from '@ns/spawn'
import { user } from '@ns/user'

const readonly = { readonly: 'recursive', nosuid: true, nodev: true }
/** What programs need of /etc, and holds no secret. */
const etc = [
  ...['alternatives', 'group', 'hosts', 'ld.so.cache', 'localtime', 'nsswitch.conf', 'passwd'],
  ...['protocols', 'services', 'ssl/certs'],
]

/** Runs it to its end: `{ stdout, stderr, exitCode, … }`, or a `SubprocessError`. */
export function sandbox(file, args = [], options = {}) {
  return run(file, args, {
    cwd: '/tmp',
    env: { HOME: '/tmp', LANG: 'C.UTF-8', PATH: '/usr/local/bin:/usr/bin:/bin' },
    ...options,
    keyring: 'new', // keys know no namespace
    namespaces: {
      user: withoutNested(
        user({ map: { uid: one(process.getuid()), gid: one(process.getgid()) } }),
      ),
      // Without /proc/sys and all else that is no process: root's files there obey a uid, not a capability.
      mount: {
        root: tmpfs('/'),
        readonly: true,
        mounts: [...system(), proc('/proc', { subset: 'pid' })],
      },
      pid: true,
      net: true,
      ipc: true,
      cgroup: true,
      uts: { hostname: 'sandbox' },
    },
  })
}

/** The caller is 1000 inside, even if it is root: exec takes all capabilities from an id that isn't 0. */
const one = (outside) => [{ inside: 1000, outside, count: 1 }]

/** /usr and what belongs to it, a few files of /etc, devices without the caller's terminal, and a /tmp that goes with it. */
function system() {
  const top = ['bin', 'lib', 'lib32', 'lib64', 'libx32', 'sbin'].flatMap((name) => {
    const entry = lstatSync(`/${name}`, { throwIfNoEntry: false })
    if (entry === undefined) return []
    return entry.isSymbolicLink()
      ? symlink(readlinkSync(`/${name}`), `/${name}`)
      : bind(`/${name}`, `/${name}`, readonly)
  })
  const files = etc.map((name) =>
    bind(`/etc/${name}`, `/etc/${name}`, { ...readonly, optional: true }),
  )
  return [
    bind('/usr', '/usr', readonly),
    ...top,
    ...files,
    dev(),
    mask('/dev/tty'),
    tmpfs('/tmp', { size: '64m' }),
  ]
}

/**
 * No user namespace can be made below this one: the command has no capability with which it could raise the limit
 * again, and without one of those it can make no other.
 */
function withoutNested(contribution) {
  return {
    ...contribution,
    steps(plan) {
      contribution.steps(plan)
      plan.in('mapped').writeFile(plan.proc, 'sys/user/max_user_namespaces', '0')
    },
  }
}
