import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  checkLeaks,
  lane,
  linux,
  needs,
  program,
  Scratch,
  slower,
  userNamespaces,
} from '@ns/testkit'
import { beforeEach, expect, test } from 'vitest'
import { parseMountTable } from '../src/index.ts'
import { visibleMounts } from '../src/submounts.ts'

beforeEach(needs(userNamespaces, program('cc')))
checkLeaks()

/** Mounts below mounts, with flags of their own; a file; names that are odd; one that no path leads to. */
const setup = `
  cd "$1" && shift
  mkdir source one all new && echo text >file && touch masked
  mount -t tmpfs -o nosuid,nodev,noexec none source
  mkdir source/below source/cover && touch source/file
  mount -t tmpfs -o noatime none source/below
  mkdir 'source/below/odd \\ name' && mount -t tmpfs -o nodev none 'source/below/odd \\ name'
  mount --bind file source/file
  mkdir source/cover/ed && mount -t tmpfs none source/cover/ed && mount -t tmpfs none source/cover
  exec "$@"`

/** What the fixture prints, in a mount namespace of its own, where these calls answer so. */
async function observe(scenario: string, calls: string, answer: string) {
  using scratch = new Scratch()
  const without = join(import.meta.dirname, '../../../scripts/without-syscall.sh')
  const fixture = join(import.meta.dirname, 'fixtures/fallbacks.ts')
  const asRoot = lane === 'root' ? [] : ['--user', '--map-root-user']
  const { stdout } = await promisify(execFile)(
    'unshare',
    [
      ...[...asRoot, '--mount', '--propagation', 'private', 'sh', '-euc', setup, 'sh'],
      ...[scratch.path, without, answer, calls, '--'],
      ...[process.execPath, '--conditions=@ns/source', fixture, scenario, scratch.path],
    ],
    { env: { ...process.env, NS_LANE: 'root' } }, // it is root there
  )
  return JSON.parse(stdout)
}

const both = 'mount_setattr,openat2'

test(
  'C24, C3, C4: flags are the same without mount_setattr and without openat2',
  async () => {
    const usual = await observe('flags', 'clone3', 'ENOSYS')
    expect(usual.everything).toEqual([
      0,
      '/source ro nosuid nodev noexec relatime',
      '/source/below ro noatime',
      '/source/below/odd \\ name ro nodev relatime',
      '/source/cover ro relatime',
      expect.stringMatching(/^\/source\/file ro /),
    ])
    expect(usual.entries).toContain('/new ro nosuid noexec relatime')
    expect(await observe('flags', both, 'ENOSYS')).toEqual(usual)
    expect(await observe('flags', both, 'EPERM')).toEqual(usual)
  },
  60_000 * slower,
)

/** What is said of mount_setattr: where there is none, ENOSYS is the kernel's. */
const missing = linux(5, 12, 'mount_setattr')()
const without = (answer: string) =>
  (answer === 'ENOSYS' && missing) || `answers ${answer} to mount_setattr`

test(
  'C24: what has no fallback fails, and so does a mount that is made during the start',
  async () => {
    const works = { recursive: 'works', link: 'works', uncovers: 'works', late: 'works' }
    const usual = await observe('refusals', 'clone3', 'ENOSYS')
    if (missing === undefined) expect(usual).toEqual(works)
    else expect(usual).toMatchObject({ link: 'works', uncovers: expect.stringContaining(missing) })
    for (const answer of ['ENOSYS', 'EPERM'])
      expect(await observe('refusals', both, answer)).toEqual({
        recursive: expect.stringMatching(`^mount_setattr: .*${without(answer)}`),
        link: expect.stringMatching(`^openat: .*link.* answers ${answer} to openat2`),
        uncovers: expect.stringMatching(`uncover a mount .*${without(answer)}`),
        late: expect.stringMatching('^ppoll: .*start again'),
      })
  },
  60_000 * slower,
)

test('a mount is visible unless one is on it, or on a directory above it', () => {
  const line = (id: number, parent: number, target: string) =>
    `${id} ${parent} 0:1 / ${target} rw - tmpfs none rw`
  const table = parseMountTable(
    [
      line(1, 0, '/'),
      line(2, 1, '/a'),
      line(3, 2, '/a'), // on 2
      line(4, 3, '/a/b'),
      line(5, 1, '/c/d'),
      line(6, 5, '/c/d/e'),
      line(7, 1, '/c'), // above 5
      line(8, 7, '/c/d'),
    ].join('\n'),
  )
  expect(visibleMounts(table).map(({ id }) => id)).toEqual([1, 3, 4, 7, 8])
})
