import { CLONE_NEW, type Contribution, procName, step } from '@ns/syscalls'
import { checkLeaks, needs, ownLinks, running, shell, userNamespaces } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
// The tests' own door: `rewrite` is no option of the package.
import { startProgram } from '../../syscalls/src/process/launch.ts'
import { user } from '../src/index.ts'

beforeEach(needs(userNamespaces))
checkLeaks()

const uid = process.geteuid?.() as number
/** A namespace of a type that is another package's, made in the user namespace that is current in its phase. */
const plain = (type: 'uts' | 'pid' | 'mount'): Contribution => ({
  type,
  flags: CLONE_NEW[type],
  steps(plan) {
    if (type === 'pid') plan.init = true
  },
})

describe('disableNested', () => {
  test.each([
    ['root', { map: 'root' }],
    ['the caller’s id', { map: 'current' }],
    ['another id', { own: { uid: 7, gid: 8 } }],
  ] as const)('A15: no user namespace can be made inside, as %s', async (_, options) => {
    const contributions = () => [user({ ...options, disableNested: true })]
    const { stdout, stderr } = await shell(
      contributions(),
      'id -u; unshare --user true || echo none',
    )
    const own = 'own' in options ? 7 : options.map === 'root' ? 0 : uid
    expect(stdout).toBe(`${own}\nnone\n`)
    expect(stderr).toMatch(/No space left on device/)
    // The control: without it there is one.
    const control = await shell([user(options)], 'unshare --user true && echo one')
    expect(control.stdout).toBe('one\n')
  })

  test('A15: a larger limit, written inside, does not help', async () => {
    const limit = '/proc/sys/user/max_user_namespaces'
    const { stdout } = await shell(
      [user({ map: 'root', disableNested: true })],
      `echo 1000 >${limit} && cat ${limit}; unshare --user true 2>/dev/null || echo none`,
    )
    expect(stdout).toBe('1000\nnone\n')
  })

  test('A15: a start fails where the limit turns out not to be in force', async () => {
    const started = startProgram(
      [user({ map: 'root', disableNested: true })],
      { file: 'true', fds: [] },
      {
        // As a kernel would that takes the limit and does nothing with it.
        rewrite: ({ step: own, phase }) =>
          phase === 'nested' && own.call === 'write' && own.path?.startsWith('sys/')
            ? step('getpid', [], { operation: own.operation })
            : own,
      },
    )
    await expect(started.started).rejects.toMatchObject({
      namespace: 'user',
      operation: 'disable nested',
      step: { phase: 'nested', text: 'unshare(CLONE_NEWUSER)' },
      hint: expect.stringMatching(/still be made/),
    })
  })

  test('A15: root inside has no capability over the namespaces that were made with it', async () => {
    const contributions = [user({ map: 'root', disableNested: true }), plain('uts')]
    const { stdout } = await shell(contributions, 'hostname box 2>/dev/null || echo refused')
    expect(stdout).toBe('refused\n')
    expect((await shell([user({ map: 'root' }), plain('uts')], 'hostname box')).exitCode).toBe(0)
  })

  test('works with an init, which stays above; `ready` names the namespace and map of the command', async () => {
    const contributions = [user({ map: 'root', disableNested: true }), plain('mount'), plain('pid')]
    await using sleeper = await running(contributions, {
      file: 'sh',
      args: ['-c', 'while :; do sleep 1; done'],
      fds: [],
    })
    const init = ownLinks(sleeper.pid).user
    expect(init).not.toBe(`${procName('user')}:[${sleeper.ready.namespaces.user}]`)
    expect(sleeper.ready.uidMap?.trim().split(/\s+/).map(Number)).toEqual([0, uid, 1])
  })
})
