import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

// C24: system calls that a container's seccomp filter, or an older kernel, doesn't know. Ordinary containers answer ENOSYS
// to clone3: everything but a placement into a cgroup does without. Without another call what needs it fails, and says so.

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

/** What a Node prints for which these calls answer ENOSYS. */
function runWithout(calls: string, script: string): string {
  const node = [process.execPath, '--conditions=@ns/source', '--input-type=module', '-e', script]
  const { stdout, stderr } = spawnSync(
    join(scripts, 'without-syscall.sh'),
    [calls, '--', ...node],
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

test.for([
  ['close_range', 'pid()'],
  ['open_tree', "mount({ mounts: [bind('/usr', '/mnt')] })"],
  ['mount_setattr', 'mount({ readonly: true })'],
] as const)(
  'without %s what needs it fails, and the error names it',
  ([call, contribution], { skip }) => {
    if (missing) skip(missing)
    const script = `
    import { launch } from '@ns/syscalls'
    import { bind, mount } from '@ns/mount'
    import { pid } from '@ns/pid'
    import { user } from '@ns/user'
    const child = launch([user({ map: 'root' }), ${contribution}], { file: '/bin/true' })
    await child.started.catch(({ code, hint, cause }) => console.log(code, cause.code, cause.syscall, hint))`
    expect(runWithout(call, script)).toBe(
      `ERR_NS_SETUP ENOSYS ${call} this kernel, or a seccomp filter, does not have ${call}\n`,
    )
  },
)
