import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import {
  asCaller,
  canOverlay,
  checkLeaks,
  failure,
  linux,
  needs,
  program,
  Scratch,
  shell,
} from '@ns/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pid } from '../../pid/src/index.ts'
import { user } from '../../user/src/index.ts'
import {
  bind,
  directory,
  type MountOptions,
  mount,
  type OverlayOptions,
  overlay,
  tmpfs,
} from '../src/index.ts'
import { busyboxRoot } from './busybox-root.ts'

beforeEach(needs(program('busybox')))
checkLeaks()

let scratch: Scratch
let root: string
beforeEach(() => {
  scratch = new Scratch()
  root = busyboxRoot(scratch)
  for (const name of ['a', 'b']) {
    scratch.file(`${name}/both`, name)
    scratch.file(`${name}/only-${name}`, name)
  }
})
afterEach(() => scratch[Symbol.dispose]())

const inside = (options: MountOptions, script: string) =>
  shell(asCaller([mount(options), pid()]), script)
const layered = (options: Omit<OverlayOptions, 'lower'> = {}) =>
  overlay({ lower: [scratch.at('a'), scratch.at('b')], ...options }, '/mnt')

describe('C20: overlay', () => {
  beforeEach(needs(canOverlay))

  test('the first lower is on top; without an upper it is read-only', async () => {
    const { stdout, stderr } = await inside(
      { mounts: [layered()] },
      'cd /mnt; ls; cat both; touch x',
    )
    expect(stdout).toBe('both\nonly-a\nonly-b\na')
    expect(stderr).toMatch(/Read-only file system/)
  })

  test('what is written to memory is gone, and the lower ones stay', async () => {
    const script =
      'cd /mnt; echo new >both; rm only-b; mkdir d; mv only-a d; ls; cat both; df -m . | tail -n 1'
    const { stdout } = await inside({ mounts: [layered({ upper: 'tmpfs', size: '7m' })] }, script)
    expect(stdout).toMatch(/^both\nd\nnew\noverlay +7 /)
    expect(readFileSync(scratch.at('a/both'), 'utf8')).toBe('a')
    expect(readdirSync(scratch.at('b'))).toEqual(['both', 'only-b'])
    expect((await inside({ mounts: [layered({ upper: 'tmpfs' })] }, 'cat /mnt/both')).stdout).toBe(
      'a',
    )
  })

  test('what is written to a directory is there, and in no lower one', async () => {
    const [upper, work] = [scratch.directory('state/upper'), scratch.directory('state/work')]
    await inside({ mounts: [layered({ upper, work })] }, 'echo new >/mnt/both; touch /mnt/x')
    expect(readdirSync(upper)).toEqual(['both', 'x'])
    expect(readFileSync(scratch.at('a/both'), 'utf8')).toBe('a')
    await shell(asCaller([]), `rm -rf ${work}/work`)
  })

  test('a colon, comma, quote, backslash, space or newline in a path is none of the kernel’s business', async () => {
    const odd = `a:b,c"d'e\\f\\:g \n,upperdir=h`
    mkdirSync(scratch.at(odd))
    scratch.file(`${odd}/lower:\\,/file`)
    const [upper, work] = [
      scratch.directory(`${odd}/upper:\\,`),
      scratch.directory(`${odd}/work:\\,`),
    ]
    const lower = [scratch.at(`${odd}/lower:\\,`), scratch.at('a')]
    const mounts = [overlay({ lower, upper, work }, '/mnt')]
    const { stdout } = await inside({ mounts }, 'ls /mnt; touch /mnt/new; cat /proc/mounts')
    expect(stdout).toMatch(/^both\nfile\nonly-a\n/)
    expect(stdout).toMatch(/lowerdir=0:1,upperdir=upper,workdir=work/)
    expect(readdirSync(upper)).toEqual(['new'])
    await shell(asCaller([]), 'rm -rf "$W/work"', { env: { ...process.env, W: work } })
  })

  test('a missing layer is named', async () => {
    const error = await failure(
      asCaller([mount({ mounts: [overlay({ lower: [scratch.at('a'), '/nonesuch'] }, '/mnt')] })]),
    )
    expect(error).toMatchObject({
      code: 'ERR_NS_SETUP',
      cause: { code: 'ENOENT', path: '/nonesuch' },
    })
    const upper = { lower: scratch.at('a'), upper: '/nonesuch', work: '/tmp' }
    expect(await failure(asCaller([mount({ mounts: [overlay(upper, '/mnt')] })]))).toMatchObject({
      code: 'ERR_NS_SETUP',
      cause: { code: 'ENOENT', path: '/nonesuch' },
    })
  })
})

test('C20: in a user namespace it takes Linux 5.11, and the hint says so', async () => {
  const layers = overlay({ lower: scratch.at('a'), upper: 'tmpfs' }, '/mnt')
  const contributions = [user({ map: 'root' }), mount({ mounts: [layers] })]
  if (linux(5, 11, 'it')() === undefined)
    expect((await shell(contributions, 'ls /mnt')).stdout).toBe('both\nonly-a\n')
  else
    expect(await failure(contributions)).toMatchObject({
      code: 'ERR_NS_SETUP',
      hint: expect.stringMatching(/came with Linux 5.11/),
    })
})

describe('new roots', () => {
  test('C10: an overlay over a directory is writable, and the directory stays', async (context) => {
    needs(canOverlay)(context)
    const before = readdirSync(root, { recursive: true })
    const { stdout } = await inside(
      {
        root: overlay({ lower: root, upper: 'tmpfs' }),
        mounts: [bind(scratch.at('a'), '/new/place'), directory('/made'), tmpfs('/tmp')],
      },
      'cat /new/place/both; echo x >/data/file; ls / /data; ls -d /proc/1; stat -c %a /',
    )
    expect(stdout).toBe('a/:\nbin\ndata\nmade\nnew\nproc\ntmp\n\n/data:\nfile\n/proc/1\n755\n')
    expect(readdirSync(root, { recursive: true })).toEqual(before)
    expect(readdirSync(`${root}/data`)).toEqual([])
  })

  test('an overlay over all of `/` is what is there; in a user namespace the kernel takes none, as mounts are below', async (context) => {
    needs(canOverlay)(context)
    const namespaces = [mount({ root: overlay({ lower: '/', upper: 'tmpfs' }) }), pid()]
    const owned = [user({ map: 'root' }), ...namespaces]
    expect(await failure(owned)).toMatchObject({
      cause: { code: 'EINVAL' },
      hint: expect.stringMatching(/nothing may be mounted below a lower directory/),
    })
    if (process.getuid?.() !== 0) return
    const { stdout } = await shell(namespaces, 'ls -A /; echo x >/etc/of-the-overlay')
    expect(stdout.trim().split('\n').toSorted()).toEqual(readdirSync('/').toSorted())
    expect(existsSync('/etc/of-the-overlay')).toBe(false)
  })

  test('an overlay without an upper is a read-only root', async (context) => {
    needs(canOverlay)(context)
    const { stdout, stderr } = await inside(
      { root: overlay({ lower: [scratch.at('a'), root] }), mounts: [tmpfs('/tmp')] },
      'ls /; touch /x; touch /tmp/x',
    )
    expect(stdout).toBe('bin\nboth\ndata\nonly-a\nproc\ntmp\n')
    expect(stderr.match(/Read-only/g)).toHaveLength(1)
  })

  test('an empty root is read-only when all is in it, and has a /proc where there are processes to be seen', async () => {
    const { stdout, stderr } = await inside(
      {
        root: tmpfs('/', { size: '1m', mode: 0o711 }),
        readonly: true,
        mounts: [bind(`${root}/bin`, '/bin'), tmpfs('/tmp')],
      },
      'ls /; ls -d /proc/1; stat -c %a /; touch /x; touch /bin/x; touch /tmp/x; pwd; rm /bin/x',
    )
    expect(stdout).toBe('bin\nproc\ntmp\n/proc/1\n711\n/\n')
    expect(stderr).toMatch(/^touch: [^\n]*\/x[^\n]*Read-only file system\n$/)
  })

  test('nothing of the host is to be seen in its mounts', async (context) => {
    needs(canOverlay)(context)
    const { stdout } = await inside(
      { root: overlay({ lower: root, upper: 'tmpfs' }), mounts: [tmpfs('/tmp')] },
      'cat /proc/self/mountinfo',
    )
    expect(stdout).not.toContain(scratch.path)
    expect(stdout.trim().split('\n')).toHaveLength(3)
  })
})
