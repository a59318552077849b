import type { Command } from '@ns/syscalls'
import { checkLeaks, lane, ownNetwork, running, Scratch, shell } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { pid } from '../../pid/src/index.ts'
import { user } from '../../user/src/index.ts'
import { bind, type MountOptions, mask, mount, remount, sysfs, tmpfs } from '../src/index.ts'

checkLeaks()

/** Who a command is: its attributes, and the user namespace that it is in, if any. */
type Who = readonly [what: string, who: Partial<Command>, user: Parameters<typeof user>[0] | null]

const asRoot = { map: 'root' } as const
const foreign = [{ inside: 0, outside: 100_000, count: 65_536 }]
const others = { map: { uid: foreign, gid: foreign } }
const admin = { drop: 'all', add: ['CAP_SYS_ADMIN'] } as const
const isRoot = lane === 'root'

const may: readonly Who[] = [
  ['root of a user namespace', {}, asRoot],
  ['any id that keeps its capabilities', { capabilities: 'keep' }, { map: 'current' }],
  ['any id that has CAP_SYS_ADMIN', { capabilities: admin }, { map: 'current' }],
  [
    'root whom exec gives what is bounding',
    { capabilities: { bounding: ['CAP_SYS_ADMIN'] }, noNewPrivileges: false },
    asRoot,
  ],
]
const mayAsRoot: readonly Who[] = [
  ['the machine’s root that keeps its id', {}, { map: 'current' }],
  ['root of a user namespace of other ids', {}, others],
  ['the machine’s root that keeps its capabilities', { capabilities: 'keep' }, null],
  ['another id that has CAP_SYS_ADMIN', { capabilities: admin, uid: 1000, gid: 1000 }, null],
]
const mayNot: readonly Who[] = [
  ['root without capabilities', { capabilities: { drop: 'all' } }, asRoot],
  ['root without CAP_SYS_ADMIN', { capabilities: { drop: ['CAP_SYS_ADMIN'] } }, asRoot],
  ['root of one more user namespace', {}, { ...asRoot, disableNested: true }],
  ['root who is nobody special', { securebits: ['NOROOT'] }, asRoot],
  [
    'root whom no_new_privs gives nothing',
    { capabilities: { bounding: ['CAP_SYS_ADMIN'] } },
    asRoot,
  ],
]
const mayNotAsRoot: readonly Who[] = [
  ['the machine’s root without a user namespace', {}, null],
  ['root who is nobody special', { capabilities: 'keep', securebits: ['NOROOT'] }, null],
  ['another id', { capabilities: 'keep', uid: 1000, gid: 1000 }, null],
  ['another id of a user namespace', { uid: 1000, gid: 1000 }, others],
]
const mayNotAsUser: readonly Who[] = [
  ['an ordinary user who keeps his id', {}, { map: 'current' }],
  ['the same in one more user namespace', {}, { map: 'current', disableNested: true }],
]

/** Whether the command of `who` undoes it, and whether it was said before. */
async function undo(
  options: MountOptions,
  script: string,
  [, who, ids]: Who,
): Promise<{ isUndone: boolean; isSaid: boolean }> {
  const contributions = [...(ids === null ? [] : [user(ids)]), mount(options), pid(), ownNetwork()]
  const { exitCode, ready } = await shell(contributions, script, who)
  const isSaid = ready.warnings.some((text) => text.includes('can make writable'))
  return { isUndone: exitCode === 0, isSaid }
}

const rw = (target: string) => `mount -o remount,bind,rw ${target}`
const readonlyRoot = [{ readonly: true }, rw('/')] as const

test.each([...may, ...(isRoot ? mayAsRoot : [])])('%s undoes a read-only root', async (...who) => {
  expect(await undo(...readonlyRoot, who)).toEqual({ isUndone: true, isSaid: true })
})

test.each([...mayNot, ...(isRoot ? mayNotAsRoot : mayNotAsUser)])(
  '%s doesn’t undo a read-only root',
  async (...who) => {
    expect(await undo(...readonlyRoot, who)).toEqual({ isUndone: false, isSaid: false })
  },
)

test('root of a user namespace that is joined undoes it too', async () => {
  await using owner = await running([user(asRoot)])
  const who: Who = ['', {}, { join: owner.pid }]
  expect(await undo(...readonlyRoot, who)).toEqual({ isUndone: true, isSaid: true })
})

describe('of what it is said', () => {
  const root: Who = ['', {}, asRoot]

  test('each mount that takes a right away', async () => {
    using scratch = new Scratch()
    const [directory, file] = [scratch.directory('directory'), scratch.file('file', 'secret')]
    const both = { isUndone: true, isSaid: true }
    const readonly = { readonly: true }
    const recursive = { readonly: 'recursive' } as const
    for (const [entries, script] of [
      [[bind('/usr', directory, readonly)], rw(directory)],
      [[bind('/usr', directory, recursive)], rw(directory)],
      [[tmpfs(directory), remount(directory, readonly)], rw(directory)],
      [[sysfs(directory)], rw(directory)],
      [[mask(file)], `umount ${file} && grep -q secret ${file}`],
    ] as const)
      expect(await undo({ mounts: entries }, script, root)).toEqual(both)
  })

  test('no other', async () => {
    using scratch = new Scratch()
    const directory = scratch.directory('directory')
    const mounts = [
      tmpfs(directory),
      bind('/usr', directory),
      sysfs(directory, { readonly: false }),
      remount(directory, { readonly: false, nodev: true }),
    ]
    for (const options of [{}, { root: '/' }, { mounts }])
      expect(await undo(options, ':', root)).toEqual({ isUndone: true, isSaid: false })
  })
})
