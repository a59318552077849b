import { text } from 'node:stream/consumers'
import { syscallNumber } from '@ns/syscalls'
import { checkLeaks, lane, linux, needs, Scratch } from '@ns/testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { run, spawn, spawnSync } from '../src/index.ts'

checkLeaks()
const scratch = new Scratch()
afterAll(() => scratch[Symbol.dispose]())

/** cBPF: this call fails with EPERM, all others go on (seccomp(2)). */
function deny(number: number): Buffer {
  const program = [
    [0x20, 0, 0, 0], // the call's number
    [0x15, 0, 1, number],
    [0x06, 0, 0, 0x50001], // SECCOMP_RET_ERRNO | EPERM
    [0x06, 0, 0, 0x7fff0000], // SECCOMP_RET_ALLOW
  ] as const
  return Buffer.concat(
    program.map(([code, yes, no, value]) => {
      const instruction = Buffer.alloc(8)
      instruction.writeUInt16LE(code, 0)
      instruction.set([yes, no], 2)
      instruction.writeUInt32LE(value, 4)
      return instruction
    }),
  )
}

describe.each([
  ['without namespaces', {}],
  ['in namespaces', { namespaces: { user: { map: 'root' }, uts: true, pid: true } }],
] as const)('attributes %s', (_, where) => {
  test('A10, A11: no capability in any set and no new privileges, where that is asked for', async () => {
    // An ordinary user without a namespace of his own has none, and may not drop what he could get.
    const mayDrop = lane === 'root' || 'namespaces' in where
    const capabilities = mayDrop ? ({ drop: 'all' } as const) : 'keep'
    const given = { capabilities, noNewPrivileges: true } as const
    const { stdout } = await run('cat', ['/proc/self/status'], { ...where, ...given })
    const sets = [...stdout.matchAll(/^Cap(?:Inh|Prm|Eff|Amb):\t0+$/gm)]
    expect([sets.length, /^NoNewPrivs:\t1$/m.test(stdout)]).toEqual([4, true])
  })

  test('D1: a filter holds, by `spawnSync` too', async () => {
    const getpgid = syscallNumber('getpgid')
    const args = ['-e', `print syscall(${getpgid}, 0) < 0 ? $! + 0 : "allowed"`]
    const seccomp = deny(getpgid)
    expect((await run('perl', args, where)).stdout).toBe('allowed')
    expect((await run('perl', args, { ...where, seccomp })).stdout).toBe('1')
    expect(String(spawnSync('perl', args, { ...where, seccomp }).stdout)).toBe('1')
  })

  test('D3: a filter that is none is refused by its index, before anything exists', () => {
    const seccomp = [deny(0), Buffer.alloc(9)]
    const refused = expect.objectContaining({
      code: 'ERR_NS_INVALID_OPTION',
      message: expect.stringContaining('filter 1'),
    })
    expect(() => spawn('true', [], { ...where, seccomp })).toThrow(refused)
    expect(() => spawnSync('true', [], { ...where, seccomp })).toThrow(refused)
  })

  test('D12: a limit is lowered, and `ready` has it', async () => {
    const child = spawn('sh', ['-c', 'ulimit -n; ulimit -Hn'], { ...where, limits: { nofile: 77 } })
    const { protections } = await child.ready
    expect(protections?.limits).toMatchObject({ nofile: { soft: 77, hard: 77 } })
    expect(await text(child.stdout)).toBe('77\n77\n')
    await child.closed
  })

  test('D13: what is listed may be written, nothing else', async (context) => {
    needs(linux(6, 2, 'a Landlock that keeps files from being truncated'))(context)
    const [listed, other] = [scratch.file('listed'), scratch.file('other')]
    const landlock = { readonly: ['/'], readwrite: [listed] }
    const write = (file: string) =>
      spawnSync('sh', ['-c', `echo new > ${file}`], { ...where, landlock, stdio: 'ignore' }).status
    expect([write(listed), write(other)]).toEqual([0, 2])
  })

  test('one that is unknown, or malformed, is refused by name', async () => {
    const calls = [{ limit: {} }, { limits: { files: 1 } }, { umask: -1 }, { nice: 40 }]
    for (const wrong of calls)
      await expect(run('true', [], { ...where, ...wrong } as never)).rejects.toMatchObject({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(/limit|files|umask|nice/),
      })
  })
})

test('an id that the user namespace has not is refused, with what to do', async () => {
  const refused = run('true', { uid: 4242, namespaces: { user: true } })
  await expect(refused).rejects.toMatchObject({
    code: 'ERR_NS_SETUP',
    hint: expect.stringContaining('map it, by ranges'),
  })
})
