import { describe, expect, test } from 'vitest'
import { ALL, namesOf } from '../../src/attributes/capability-sets.ts'
import type { Capability, Command, Contribution } from '../../src/index.ts'
import { fresh, rootInside } from '../support/namespaces.ts'
import { failure, run } from '../support/run.ts'

/** The sets that the command has after its exec, and what `ready` says of those before. */
async function sets(attributes: Partial<Command>, namespaces: readonly Contribution[]) {
  const { stdout, ready } = await run(
    { file: '/bin/cat', args: ['/proc/self/status'], ...attributes },
    namespaces,
  )
  const of = (name: string) =>
    namesOf(BigInt(`0x${stdout.match(new RegExp(`^Cap${name}:\\t(\\S+)`, 'm'))?.[1]}`))
  const after = {
    bounding: of('Bnd'),
    permitted: of('Prm'),
    inheritable: of('Inh'),
    effective: of('Eff'),
    ambient: of('Amb'),
  }
  return { after, before: ready.protections?.capabilities }
}

const all = namesOf(ALL)
const none = { bounding: [], permitted: [], inheritable: [], effective: [], ambient: [] }
const inside = [rootInside(), fresh('uts')]
/** A user namespace in which the caller is 1000, not root. */
const ordinary = [
  fresh('user', (plan) => {
    const user = plan.in('user')
    user.writeFile(plan.proc, 'self/setgroups', 'deny')
    user.writeFile(plan.proc, 'self/uid_map', `1000 ${process.geteuid?.()} 1\n`)
    user.writeFile(plan.proc, 'self/gid_map', `1000 ${process.getegid?.()} 1\n`)
  }),
]

describe('A10: capabilities', () => {
  test('of an ordinary id: all five sets are empty', async () => {
    expect(await sets({}, ordinary)).toEqual({ after: none, before: none })
  })

  test('of root that drops all: all five sets are empty', async () => {
    const dropped = await sets({ capabilities: { drop: 'all' } }, inside)
    expect(dropped).toEqual({ after: none, before: none })
  })

  test('of root that drops one: exactly that bit is missing; inheritable and ambient are empty', async () => {
    const { after, before } = await sets({ capabilities: { drop: ['CAP_NET_RAW'] } }, inside)
    const rest = all.filter((name) => name !== 'CAP_NET_RAW')
    const wanted = { ...none, bounding: rest, permitted: rest, effective: rest }
    expect(after).toEqual(wanted)
    expect(before).toEqual(wanted)
  })

  test.each([
    ['root', inside, []],
    ['an ordinary id', ordinary, ['CAP_KILL', 'CAP_NET_RAW']],
  ] as const)(
    'of %s: what is added after the drop is what it has',
    async (_, namespaces, carried) => {
      const add: Capability[] = ['CAP_KILL', 'CAP_NET_RAW']
      const { after } = await sets({ capabilities: { add, drop: 'all' } }, namespaces)
      expect(after).toEqual({
        bounding: add,
        permitted: add,
        effective: add,
        inheritable: carried,
        ambient: carried,
      })
    },
  )

  test('each set can be named: what is absent is empty', async () => {
    const capabilities = {
      bounding: ['CAP_KILL', 'CAP_CHOWN'],
      permitted: ['CAP_KILL'],
      inheritable: ['CAP_KILL'],
    } as const
    const { before } = await sets({ capabilities }, inside)
    expect(before).toEqual({ ...none, ...capabilities, bounding: ['CAP_CHOWN', 'CAP_KILL'] })
  })

  test('securebits: root is nobody special with NOROOT, what is added is all that it has', async () => {
    const securebits = ['NOROOT', 'NOROOT_LOCKED', 'NO_CAP_AMBIENT_RAISE'] as const
    const add: Capability[] = ['CAP_KILL']
    const attributes = { capabilities: { drop: 'all', add }, securebits } as const
    const { after } = await sets(attributes, inside)
    expect(after).toMatchObject({ permitted: add, effective: add, ambient: add })
    const args = ['-e', `print syscall(${process.arch === 'arm64' ? 167 : 157}, 27)`]
    const { stdout } = await run({ file: '/usr/bin/perl', args, ...attributes }, inside)
    expect(Number(stdout)).toBe(0x43)
  })
})

test('A11: no_new_privs is the default with namespaces, without it is asked for', async () => {
  const command = { file: '/bin/grep', args: ['NoNewPrivs', '/proc/self/status'] }
  const bit = async (attributes: Partial<Command>, namespaces: readonly Contribution[]) => {
    const { stdout, ready } = await run({ ...command, ...attributes }, namespaces)
    return [stdout.trim().at(-1), ready.protections?.noNewPrivileges]
  }
  expect(await bit({}, inside)).toEqual(['1', true])
  expect(await bit({ noNewPrivileges: false }, inside)).toEqual(['0', false])
  expect(await bit({ noNewPrivileges: true }, [])).toEqual(['1', true])
  expect(await bit({}, [])).toEqual(['0', undefined])
})

test('what is not permitted cannot be ambient, and that is said', async () => {
  const capabilities = { permitted: ['CAP_KILL'], ambient: ['CAP_CHOWN'] } as const
  expect(await failure({ file: '/bin/true', capabilities }, inside)).toMatchObject({
    operation: 'set capabilities',
    hint: expect.stringContaining('only what the caller is permitted'),
    step: {
      phase: 'capabilities',
      text: 'prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0)',
    },
  })
})

test('`drop` without namespaces: root has none; who may not drop them is told, not started', async () => {
  if (process.getuid?.() === 0)
    expect(await sets({ capabilities: 'drop' }, [])).toEqual({ after: none, before: none })
  else
    expect(await failure({ file: '/bin/true', capabilities: 'drop' })).toMatchObject({
      cause: { code: 'EPERM' },
      hint: expect.stringContaining('CAP_SETPCAP'),
    })
})

describe('beside what is no namespace, such as a placement in a cgroup', () => {
  const placed: readonly Contribution[] = [{ type: 'cgroup', flags: 0, steps: () => {} }]
  const isRoot = process.getuid?.() === 0

  test('A10: all sets are empty, but for a bounding set that takes CAP_SETPCAP: `ready` says so', async () => {
    const { after, before } = await sets({}, placed)
    expect({ ...after, bounding: [] }).toEqual(none)
    expect(before).toEqual(after)
    const { stdout, ready } = await run({ file: 'cat', args: ['/proc/self/status'] }, placed)
    expect(stdout).toMatch(/^NoNewPrivs:\t1$/m)
    expect(after.bounding.length > 0).toBe(!isRoot)
    const kept = expect.stringContaining('the bounding set is kept: to empty it takes CAP_SETPCAP')
    expect(ready.warnings).toEqual(isRoot ? [] : expect.arrayContaining([kept]))
  })

  test('where it could be gained again, or was asked for by name, that is an error', async () => {
    for (const strict of [{ noNewPrivileges: false }, { capabilities: 'drop' }] as const)
      if (isRoot) expect((await sets(strict, placed)).after).toEqual(none)
      else
        expect(await failure({ file: '/bin/true', ...strict }, placed)).toMatchObject({
          operation: 'drop capabilities',
          hint: expect.stringContaining('CAP_SETPCAP'),
        })
  })
})

test.each([
  [{ capabilities: {} }, /^capabilities: drop and add, or/],
  [{ capabilities: { drop: 'all', ambient: [] } }, /not \{drop, ambient\}/],
  [{ capabilities: { add: ['NET_ADMIN'] } }, /^capabilities.add: unknown NET_ADMIN/],
  [{ securebits: ['SECBIT_NOROOT'] }, /^securebits: unknown SECBIT_NOROOT/],
  [{ securebits: ['NOROOT'], uid: 1 }, /^securebits: another uid loses CAP_SETPCAP/],
  [{ cgroup: 7 }, /^cgroup: a directory/],
  [{ groups: 'none' }, /^groups: 'none' is not 'keep'/],
])('%j is refused before anything exists', async (attributes, message) => {
  const error = await failure({ file: '/bin/true', ...(attributes as object) })
  expect(error).toMatchObject({ code: 'ERR_NS_INVALID_OPTION' })
  expect(error.message).toMatch(message)
})
