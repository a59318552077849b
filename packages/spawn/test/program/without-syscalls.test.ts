import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { lane, linux } from '@ns/testkit'
import { expect, test } from 'vitest'

// C24: system calls that a container's seccomp filter, or an older kernel, doesn't know. Ordinary containers answer ENOSYS
// to clone3: everything but a placement into a cgroup does without. (Nobody answers EPERM to it: glibc could start no
// thread then, nor Node.) Without another call what needs it fails, and says so.

const scripts = join(import.meta.dirname, '../../../../scripts')
const everything = `
  import { attempt, launch } from '@ns/syscalls'
  import { mount, tmpfs } from '@ns/mount'
  import { pid } from '@ns/pid'
  import { user } from '@ns/user'
  import { uts } from '@ns/uts'
  const start = (contributions, args) => launch(contributions, { file: '/bin/sh', args: ['-c', args] })
  const box = start([user({ map: 'root' }), uts({ hostname: 'box' }), mount({ mounts: [tmpfs('/tmp')] }), pid()], 'sleep 600')
  const ready = await box.started
  const join = box.pid
  const visitor = start([user({ join }), uts({ join }), mount({ join }), pid({ join })], 'test "$(hostname)" = box && test $$ -ne 1 && exit 42')
  const { exitCode } = await visitor.exited
  box.kill('SIGKILL')
  const { signalCode } = await box.exited
  console.log(JSON.stringify({ clone3: attempt('clone3', 0, 0), types: Object.keys(ready.namespaces).length, exitCode, signalCode }))
`

/** What a Node prints for which these calls answer so. */
function runWithout(calls: string, script: string, answer: 'ENOSYS' | 'EPERM' = 'ENOSYS'): string {
  const node = [process.execPath, '--conditions=@ns/source', '--input-type=module', '-e', script]
  const { stdout, stderr } = spawnSync(
    join(scripts, 'without-syscall.sh'),
    [answer, calls, '--', ...node],
    {
      cwd: join(import.meta.dirname, '../..'),
      encoding: 'utf8',
    },
  )
  return stdout + stderr
}

const missing =
  spawnSync('cc', ['--version']).error && 'no C compiler for scripts/without-syscall.c'

test('without clone3 four namespaces are made, joined and ended', ({ skip }) => {
  if (missing) skip(missing)
  expect(runWithout('clone3', everything)).toBe(
    '{"clone3":-38,"types":8,"exitCode":42,"signalCode":"SIGKILL"}\n',
  )
})

const refusals = ['ENOSYS', 'EPERM'] as const
const probed = ['close_range', 'fsopen', 'mount_setattr', 'move_mount', 'open_tree', 'openat2']

test.for(refusals)('a probe finds %s, and has no effect', (answer, { skip }) => {
  if (missing) skip(missing)
  const script = `
    import { isPrivileged, probeSyscall } from '@ns/syscalls'
    const asked = ${JSON.stringify(probed)}.map((name) => [name, probeSyscall(name)?.errno])
    console.log(JSON.stringify({ privileged: isPrivileged(), ...Object.fromEntries(asked) }))`
  const none = JSON.parse(runWithout('clone3', script))
  const lacks = linux(5, 12, 'mount_setattr')() ? { mount_setattr: 'ENOSYS' } : {}
  expect(none).toEqual({ privileged: none.privileged, ...lacks })
  const { privileged, ...found } = JSON.parse(runWithout(probed.join(), script, answer))
  // The kernel itself answers EPERM to these two before it looks at anything else.
  const hidden = answer === 'EPERM' && !privileged ? ['fsopen', 'move_mount'] : []
  const names = probed.filter((name) => !hidden.includes(name))
  expect(found).toEqual(Object.fromEntries(names.map((name) => [name, answer])))
})

const needing = [
  ['close_range', 'pid()'],
  ['open_tree', "mount({ mounts: [bind('/usr', '/mnt')] })"],
  ['mount_setattr', "mount({ mounts: [remount('/', { readonly: 'recursive' })] })"],
  ['fsopen', "mount({ mounts: [tmpfs('/mnt')] })"],
  ['move_mount', "mount({ mounts: [tmpfs('/mnt')] })"],
] as const

test.for(needing.flatMap(([...each]) => refusals.map((answer) => [...each, answer] as const)))(
  '%s: what needs it (%s) fails on %s, and the error says what to change',
  ([call, contribution, answer], { skip }) => {
    if (missing) skip(missing)
    const isOlder = call === 'mount_setattr' && answer === 'ENOSYS' && linux(5, 12, call)()
    const script = `
    import { launch } from '@ns/syscalls'
    import { bind, mount, remount, tmpfs } from '@ns/mount'
    import { pid } from '@ns/pid'
    import { user } from '@ns/user'
    const child = launch([user({ map: 'root' }), ${contribution}], { file: '/bin/true' })
    await child.started.catch(({ code, hint, cause }) => console.log(code, cause.code, cause.syscall, hint))`
    const output = runWithout(call, script, answer)
    expect(output).toMatch(new RegExp(`^ERR_NS_SETUP ${answer} ${call} `))
    // The kernel itself answers EPERM to these two, to whoever has no privilege: the filter is not to be told from it.
    const isAmbiguous = answer === 'EPERM' && /^(fsopen|move_mount)$/.test(call)
    if (lane === 'root' || !isAmbiguous)
      expect(output).toContain(
        isOlder || `seccomp filter (of a container?) answers ${answer} to ${call}`,
      )
  },
)
