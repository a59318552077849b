import { execFileSync } from 'node:child_process'
import { checkLeaks, needs, program, Scratch, userNamespaces } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { attempt, outcomeOf } from './support.ts'

// Each test makes a machine that refuses, of the kernel's own means.
beforeEach(needs(userNamespaces, program('gcc')))
checkLeaks()

const inNew = ['unshare', '--user', '--map-root-user']
const sh = (script: string) => ['sh', '-c', `${script}\nexec "$@"`, 'sh']

describe('D14: what forbids a user namespace is told apart', () => {
  test('a limit of 0', async () => {
    const command = [...inNew, ...sh('echo 0 >/proc/sys/user/max_user_namespaces'), ...attempt]
    expect(await outcomeOf([...command, 'user'])).toMatchObject({
      code: 'ERR_NS_LIMIT',
      operation: 'create',
      hint: expect.stringMatching(
        /max_user_namespaces is 0 here, which switches user namespaces off/,
      ),
    })
  })

  test('a limit of 0 further up', async () => {
    const limited = [...inNew, ...sh('echo 1 >/proc/sys/user/max_user_namespaces')]
    expect(await outcomeOf([...limited, ...inNew, ...attempt, 'user'])).toMatchObject({
      code: 'ERR_NS_LIMIT',
      hint: expect.stringMatching(/a lower limit of a surrounding user namespace/),
    })
  })

  test('A14: user namespaces nested as deep as the kernel has them', async () => {
    // Goes down while there is a level, then attempts one more.
    const nest = 'unshare -Ur true 2>/dev/null && exec unshare -Ur sh -c "$0" "$0" "$@"; exec "$@"'
    const command = ['sh', '-c', nest, nest, ...attempt, 'user']
    expect(await outcomeOf(command)).toMatchObject({
      code: 'ERR_NS_LIMIT',
      operation: 'create',
      hint: expect.stringMatching(/nested too deep: user namespaces go 33 levels down/),
    })
  })

  test('A14: pid namespaces nested as deep as the kernel has them', async () => {
    const nest = 'unshare -pf true 2>/dev/null && exec unshare -pf sh -c "$0" "$0" "$@"; exec "$@"'
    const command = [...inNew, 'sh', '-c', nest, nest, ...attempt, 'pid']
    expect(await outcomeOf(command)).toMatchObject({
      code: 'ERR_NS_LIMIT',
      operation: 'create',
      hint: expect.stringMatching(/max_pid_namespaces.* pid namespaces 32/),
    })
  })

  test('A14: on the way down it works', async () => {
    const command = [...inNew, ...inNew, ...attempt, 'user', '{"map":"root"}']
    expect(await outcomeOf(command)).toEqual({ uidMap: '0 0 1' })
  })

  test('a seccomp filter as containers have', async () => {
    using scratch = new Scratch()
    const filter = compileFilter(scratch)
    expect(await outcomeOf([filter, ...attempt, 'user'])).toMatchObject({
      code: 'ERR_NS_USERNS_RESTRICTED',
      operation: 'create',
      hint: expect.stringMatching(/seccomp filter .* refuses clone: allow clone and unshare/),
    })
  })

  test('a chroot', async () => {
    using scratch = new Scratch()
    const machine = sh(
      `cd ${scratch.path}
      for entry in /*; do
        if [ -L "$entry" ]; then cp -P "$entry" .; continue; fi
        [ -d "$entry" ] || continue
        mkdir ".$entry" && mount --rbind "$entry" ".$entry"
      done`,
    )
    const where = process.cwd()
    const inRoot = ['chroot', scratch.path, 'sh', '-c', `cd ${where} && exec "$@"`, 'sh']
    const command = [...inNew, '--mount', ...machine, ...inRoot, ...attempt, 'user']
    expect(await outcomeOf(command)).toMatchObject({
      code: 'ERR_NS_USERNS_RESTRICTED',
      hint: expect.stringMatching(/in a chroot: .*pivot_root/),
    })
  })

  test('an own id that is not mapped', async () => {
    expect(await outcomeOf(['unshare', '--user', ...attempt, 'user'])).toMatchObject({
      code: 'ERR_NS_USERNS_RESTRICTED',
      hint: expect.stringMatching(/the uid of this process is not mapped/),
    })
  })
})

test('ids that are not mapped in the caller’s own user namespace are refused before anything exists', async () => {
  const ranges = [{ inside: 0, outside: 0, count: 2 }]
  const options = JSON.stringify({ map: { uid: ranges, gid: ranges } })
  expect(await outcomeOf([...inNew, ...attempt, 'user', options])).toMatchObject({
    code: 'ERR_NS_INVALID_OPTION',
    message: expect.stringMatching(/user\.map\.uid: ids 0 to 1 outside are not mapped/),
  })
})

test('A15: the user namespace above the own cannot be joined, and the hint says so', async () => {
  const join = JSON.stringify({ join: { fd: 3 } })
  const machine = ['sh', '-c', 'exec "$@" 3</proc/self/ns/user', 'sh']
  expect(await outcomeOf([...machine, ...inNew, ...attempt, 'user', join])).toMatchObject({
    code: 'ERR_NS_PERMISSION',
    operation: 'join',
    hint: expect.stringMatching(/The one above the own, or one beside it, can never be joined/),
  })
})

function compileFilter(into: Scratch): string {
  const source = `${import.meta.dirname}/fixtures/container-filter.c`
  const path = into.at('container-filter')
  execFileSync('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', path, source])
  return path
}
