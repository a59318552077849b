import { lane } from '@ns/testkit'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Command, explain, syscallNumber } from '../../src/index.ts'
import { allow, fail, filter } from '../support/bpf.ts'
import { joinKeyring, perlKeys } from '../support/keys.ts'
import { fresh, rootInside } from '../support/namespaces.ts'
import { failure, run } from '../support/run.ts'

const perl = (script: string): Command => ({
  file: '/usr/bin/perl',
  args: ['-e', perlKeys + script],
})
const init = () =>
  fresh('pid', (plan) => {
    plan.init = true
  })
const worlds = [
  ['without namespaces', () => []],
  ['in a user namespace', () => [rootInside()]],
  ['behind an init', () => [rootInside(), init()]],
  [
    'in six',
    () => [
      rootInside(),
      init(),
      ...(['mount', 'net', 'uts', 'ipc'] as const).map((type) => fresh(type)),
    ],
  ],
] as const

let secret: number
beforeAll(async () => {
  joinKeyring()
  secret = Number((await run(perl('print add("ns:secret", "of the caller")'))).stdout)
})

describe.each(worlds)('%s', (_, namespaces) => {
  /** By its name, and by the number that everybody can guess. */
  const script = `print content(search("ns:secret") // 0) // "none", "; ", content($ARGV[0] + 0) // "none"`
  const found = async (keyring?: 'new' | 'keep') => {
    const { args = [], ...look } = perl(script)
    return (await run({ ...look, args: [...args, `${secret}`], keyring }, namespaces())).stdout
  }

  test('a key of the caller’s is read, unless the keyring is new', async () => {
    expect(await found()).toBe('of the caller; of the caller')
    expect(await found('keep')).toBe('of the caller; of the caller')
    expect(await found('new')).toBe('none; none')
  })

  test('what is new is empty, is the command’s own, and its number is in `started`', async () => {
    const script = 'print session(), " ", length content(session()), " ", describe(session())'
    const { stdout, ready } = await run({ ...perl(script), keyring: 'new' }, namespaces())
    const [serial, size, description] = stdout.split(' ')
    expect([Number(serial), size]).toEqual([ready.protections?.keyring, '0'])
    const id = namespaces().length === 0 ? process.getuid?.() : 0
    expect(description).toMatch(new RegExp(`^keyring;${id};.*;_ses`))
    const kept = await run({ ...perl(script), keyring: 'keep' }, namespaces())
    expect(kept.stdout.split(' ')[0]).not.toBe(serial)
    expect(kept.ready.protections).not.toHaveProperty('keyring')
  })
})

test('a second one is another: no key goes from command to command', async () => {
  const add = await run({ ...perl('print add("ns:left", "behind")'), keyring: 'new' })
  expect(Number(add.stdout)).toBeGreaterThan(0)
  const search = perl('print search("ns:left") // "none"')
  expect((await run({ ...search, keyring: 'new' })).stdout).toBe('none')
  expect((await run(search)).stdout).toBe('none')
})

test('the user keyring stays in reach of its user, in a user namespace too; not of another', async () => {
  const add = perl(`print user_keyring(), " ", add("ns:${process.pid}", "of the user", -4)`)
  const [keyring, key] = (await run(add)).stdout.split(' ')
  const look = {
    ...perl(`link_key(${keyring}); print content(${key}) // "none"`),
    keyring: 'new',
  } as const
  try {
    expect((await run(look, [rootInside()])).stdout).toBe('of the user')
    if (lane === 'root')
      expect((await run({ ...look, uid: 54_321, gid: 54_321 })).stdout).toBe('none')
  } finally {
    await run(perl(`unlink_key(${key}, ${keyring})`))
  }
})

test('`explain` shows the step behind the ids', () => {
  const { steps } = explain([rootInside()], { file: '/bin/true', uid: 0, keyring: 'new' })
  const shown = steps.filter(({ phase }) => phase === 'ids' || phase === 'keyring')
  expect(shown.map(({ text }) => text).at(-1)).toBe('keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0)')
  expect(shown.length).toBeGreaterThan(1)
})

describe('where keyctl is refused', () => {
  const fixture = new URL('../fixtures/keyring-of-its-own.ts', import.meta.url).pathname
  const asking = (answer: 'EPERM' | 'ENOSYS', before: string) => ({
    file: '/bin/sh',
    args: ['-c', `${before} exec "$0" --conditions=@ns/source "$1"`, process.execPath, fixture],
    seccomp: filter([syscallNumber('keyctl')], fail(answer), allow),
  })

  test.each(['EPERM', 'ENOSYS'] as const)(
    'by a filter with %s, the start fails: the keys are still there',
    async (answer) => {
      expect((await run(asking(answer, ''))).stdout).toMatch(/^a seccomp filter .*keyring: 'keep'/)
    },
  )

  test('by a kernel without keys, there is nothing to leave', async () => {
    const hide = 'mount -t proc -o subset=pid proc /proc &&'
    const own = [rootInside(), init(), fresh('mount')]
    const { stdout } = await run(asking('ENOSYS', hide), own)
    expect(stdout).toBe('keyring undefined\n')
    expect((await run(asking('EPERM', hide), own)).stdout).toMatch(/^a seccomp filter/)
  })
})

test('another word is refused before anything exists', async () => {
  const keyring = 'own' as 'new'
  expect(await failure({ file: '/bin/true', keyring })).toMatchObject({
    code: 'ERR_NS_INVALID_OPTION',
    message: "keyring: 'new' or 'keep' is wanted",
  })
})
