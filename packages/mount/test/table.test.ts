import { readFileSync } from 'node:fs'
import { Namespace } from '@ns/syscalls'
import {
  asCaller,
  canOverlay,
  checkLeaks,
  lane,
  linux,
  type Random,
  random,
  running,
  Scratch,
} from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import {
  bind,
  type MountEntry,
  type MountInfo,
  mount,
  overlay,
  parseMountTable,
  proc,
  propagation,
  readMountTable,
  tmpfs,
} from '../src/index.ts'
import { readByStatmount } from '../src/statmount.ts'
import { readByEntering } from '../src/table.ts'

checkLeaks()

const userOf = (pid: number) => (lane === 'user' ? { user: pid } : {})

describe('parsing', () => {
  test('a line of the kernel is read field by field', () => {
    const line =
      '36 35 98:0 /mnt1 /mnt\\0402 rw,noatime shared:1 master:2 - ext3 /dev/ro\\134ot rw,errors=con\\054tinue\n'
    expect(parseMountTable(line)).toEqual([
      {
        id: 36,
        parent: 35,
        device: '98:0',
        root: '/mnt1',
        target: '/mnt 2',
        options: ['rw', 'noatime'],
        propagation: ['shared:1', 'master:2'],
        type: 'ext3',
        source: '/dev/ro\\ot',
        superOptions: ['rw', 'errors=con,tinue'],
      },
    ])
  })

  test('an empty source and an empty table are read', () => {
    expect(parseMountTable('1 2 0:3 / /x rw - tmpfs  rw\n')).toMatchObject([
      { type: 'tmpfs', source: '', superOptions: ['rw'], propagation: [] },
    ])
    expect(parseMountTable('')).toEqual([])
  })

  /** As the kernel writes it: mangle(), fs/proc_namespace.c. */
  const mangle = (text: string) =>
    text.replace(/[ \t\n\\#]/g, (it) => `\\${it.charCodeAt(0).toString(8).padStart(3, '0')}`)
  const letters = [' ', '\t', '\n', '\\', '#', '-', '0', '4', 'a', '/', 'é', '世', '🌍', ':']
  const word = ({ below, pick }: Random) =>
    Array.from({ length: 1 + below(12) }, () => pick(letters)).join('')
  const line = (it: MountInfo) =>
    [
      ...[it.id, it.parent, it.device, mangle(it.root), mangle(it.target), it.options.join(',')],
      ...[...it.propagation, '-', it.type, mangle(it.source), it.superOptions.join(',')],
    ].join(' ')

  test('whatever the paths are, what the kernel writes is what was mounted', () => {
    for (let seed = 0; seed < 300; seed++) {
      const generator = random(seed)
      const { below, pick } = generator
      const table = Array.from(
        { length: 1 + below(5) },
        (): MountInfo => ({
          id: below(1e6),
          parent: below(1e6),
          device: `${below(300)}:${below(300)}`,
          root: `/${word(generator)}`,
          target: `/${word(generator)}`,
          options: pick([['rw'], ['ro', 'nosuid', 'nodev']]),
          propagation: pick([[], ['shared:1'], ['master:4', 'propagate_from:2'], ['unbindable']]),
          type: pick(['ext4', 'fuse.x', 'proc']),
          source: word(generator),
          superOptions: ['rw', 'size=4k'],
        }),
      )
      expect(parseMountTable(`${table.map(line).join('\n')}\n`)).toEqual(table)
    }
  })
})

describe('of a running namespace', () => {
  const sleeperWith = (mounts: readonly MountEntry[]) => running(asCaller([mount({ mounts })]))

  test('it is what its own processes see', async () => {
    using scratch = new Scratch()
    await using sleeper = await sleeperWith([tmpfs(scratch.path, { size: '1m' })])
    const table = await readMountTable(sleeper.pid, userOf(sleeper.pid))
    expect(table).toEqual(parseMountTable(readFileSync(`/proc/${sleeper.pid}/mountinfo`, 'utf8')))
    expect(table).toContainEqual(
      expect.objectContaining({
        target: scratch.path,
        root: '/',
        type: 'tmpfs',
        options: expect.arrayContaining(['nosuid', 'nodev']),
        superOptions: expect.arrayContaining(['size=1024k']),
        propagation: [],
      }),
    )
  })

  test('names with spaces, tabs, newlines, backslashes and other letters are read', async () => {
    using scratch = new Scratch()
    const names = ['a b', 'a\tb', 'a\nb', 'a\\b', 'a\\040b', 'a - b', 'ü世🌍', '#']
    const targets = names.map((name) => scratch.directory(name))
    await using sleeper = await sleeperWith(targets.map((target) => tmpfs(target)))
    const table = await readMountTable(sleeper.pid, userOf(sleeper.pid))
    expect(table.slice(-names.length).map(({ target }) => target)).toEqual(targets)
  })

  test('a table of many pages is read whole', async () => {
    using scratch = new Scratch()
    const targets = Array.from({ length: 300 }, (_, i) =>
      scratch.directory(`${i}${'-'.repeat(90)}`),
    )
    await using sleeper = await sleeperWith(targets.map((target) => tmpfs(target)))
    const table = await readMountTable(sleeper.pid, userOf(sleeper.pid))
    expect(table.slice(-targets.length).map(({ target }) => target)).toEqual(targets)
  })

  test('what is no mount namespace is refused', async () => {
    await expect(readMountTable('/proc/self/ns/uts')).rejects.toMatchObject({
      code: 'ERR_NS_NOT_A_NAMESPACE',
      namespace: 'mount',
    })
  })

  test('statmount and mountinfo say the same of every mount', async () => {
    using scratch = new Scratch()
    const at = (name: string) => scratch.directory(name)
    const [lower, odd] = [at('a, b:c'), at('over \\ lay\n')]
    await using sleeper = await sleeperWith([
      tmpfs(at('tmp'), { size: '1m', noexec: true }),
      bind(at('source'), at('target'), { readonly: true, nosuid: true }),
      canOverlay() ? tmpfs(odd) : overlay({ lower, upper: 'tmpfs' }, odd),
      tmpfs(at('shared')),
      propagation(scratch.at('shared'), 'shared'),
      bind(scratch.at('shared'), at('peer')),
      bind(scratch.at('shared'), at('slave')),
      propagation(scratch.at('slave'), 'slave'),
      tmpfs(at('alone')),
      propagation(scratch.at('alone'), 'unbindable'),
      proc(at('proc'), { source: 'bind' }),
    ])
    const entered = await readByEntering(sleeper.pid, userOf(sleeper.pid))
    expect(entered.length).toBeGreaterThan(10)
    using namespace = Namespace.open('mount', sleeper.pid)
    const asked = readByStatmount(namespace)
    if (linux(6, 15, 'all of it')() === undefined) expect(asked).toEqual(entered)
    else expect(asked).toBeUndefined()
  })

  test('of our own, too', async () => {
    const text = readFileSync('/proc/self/mountinfo', 'utf8')
    expect(await readMountTable(0)).toEqual(parseMountTable(text))
  })

  if (lane === 'user')
    test('without the right to enter, the error names what is missing', async () => {
      await using sleeper = await running(asCaller([mount()]))
      await expect(readByEntering(sleeper.pid)).rejects.toMatchObject({
        code: 'ERR_NS_PERMISSION',
        operation: 'join',
        hint: expect.stringMatching(/user namespace that owns/),
      })
    })
})
