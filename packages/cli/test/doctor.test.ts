import type { Finding } from '@ns/inspect'
import { lane } from '@ns/testkit'
import { expect, test } from 'vitest'
import { execute, ns, runNs } from './support/ns.ts'

test('doctor: a line for each type, and each reason once, with what it refuses and what a change costs', async () => {
  const { stdout, stderr, code } = await runNs('doctor')
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  expect(stdout).toMatch(/^NAMESPACE +NEW +JOINED +NEW, UNPRIVILEGED/)
  const own = lane === 'root' ? 'yes +yes' : 'no +unknown'
  expect(stdout).toMatch(new RegExp(`^uts +${own} +yes +yes$`, 'm'))
  expect(stdout).not.toMatch(/^kernel\.openat2 /m)
  if (lane === 'user')
    expect(stdout).toMatch(
      /^no: namespaces\.uts\.new \(ERR_NS_PERMISSION\)\n {2}hint: making a uts namespace needs CAP_SYS_ADMIN: .*\n {2}run as root\n {4}price: /m,
    )
  expect((await runNs('doctor', '--all')).stdout).toMatch(/^kernel\.openat2 +yes$/m)
})

test('D14: doctor in namespaces with a limit of 0 says so, and --json is what the library has', async () => {
  const zero = 'echo 0 > /proc/sys/user/max_ipc_namespaces && exec "$@"'
  const { stdout } = await execute([
    ...ns,
    'run',
    '--user',
    '--',
    'sh',
    '-c',
    zero,
    'sh',
    ...ns,
    'doctor',
    '--json',
  ])
  const findings = JSON.parse(stdout) as Finding[]
  const ipc = findings.find(({ id }) => id === 'namespaces.ipc.new')
  expect(ipc).toMatchObject({ answer: 'no', code: 'ERR_NS_LIMIT' })
  expect(ipc?.remedies?.[0]?.price).toMatch(/memory/)
})

test('doctor --help has examples; an unknown flag is refused', async () => {
  expect((await runNs('doctor', '--help')).stdout).toMatch(/^ {2}ns doctor --all /m)
  expect(await runNs('doctor', '--fix')).toMatchObject({ code: 125, stdout: '' })
})
