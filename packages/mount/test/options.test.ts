import { describe, expect, test } from 'vitest'
import {
  bind,
  dev,
  devpts,
  directory,
  file,
  mask,
  mount,
  move,
  openIdMap,
  overlay,
  proc,
  propagation,
  remount,
  symlink,
  sysfs,
  tmpfs,
} from '../src/index.ts'

/** Asserts that the options are refused when they are given: no process was ever there. */
function expectRefused(make: () => unknown, message: RegExp): void {
  expect(make).toThrow(
    expect.objectContaining({
      code: 'ERR_NS_INVALID_OPTION',
      namespace: 'mount',
      message: expect.stringMatching(message),
    }),
  )
}

describe('A7: options that cannot be', () => {
  test.each<[object, RegExp]>([
    [
      { roots: '/x' },
      /unknown option roots; known: propagation, root, readonly, mounts, create, join/,
    ],
    [{ propagation: 'both' }, /mount\.propagation: 'both' is none of private, slave/],
    [{ propagation: 'toString' }, /mount\.propagation/],
    [{ root: '' }, /mount\.root: a path/],
    [{ root: 'a\0b' }, /mount\.root: a NUL byte/],
    [{ readonly: 'yes' }, /mount\.readonly/],
    [{ mounts: {} }, /mount\.mounts: a list/],
    [{ mounts: [{ kind: 'bnd' }] }, /mount\.mounts\[0\]/],
    [{ mounts: [tmpfs('/tmp'), null] }, /mount\.mounts\[1\]/],
    [{ join: 1, root: '/x', mounts: [] }, /mount\.join:.*leave out root, mounts/],
    [{ root: '/x', propagation: 'shared' }, /mount\.root contradicts mount\.propagation 'shared'/],
    [{ root: '/x', propagation: 'unchanged' }, /mount\.root contradicts mount\.propagation/],
  ])('%o', (options, message) => {
    expectRefused(() => mount(options as never), message)
  })

  test.each([0, '', 'big', '-1', -1, 2 ** 64, 1.5, Number.NaN, '10x', '5%%', '1 m', '0k', null])(
    'C14: a tmpfs of size %s',
    (size) => {
      expectRefused(() => tmpfs('/x', { size: size as never }), /tmpfs: size/)
    },
  )

  test.each([-1, 0o10000, 1.5, '755'])('C14: a tmpfs of mode %s', (mode) => {
    expectRefused(() => tmpfs('/x', { mode: mode as never }), /tmpfs: mode/)
  })

  test('entries', () => {
    expectRefused(() => bind('/x', 'relative'), /bind: target: 'relative' has to be absolute/)
    expectRefused(() => bind('', '/x'), /bind: source: a path/)
    expectRefused(() => bind('/x', '/a\0b'), /NUL/)
    expectRefused(() => bind('/x', '/y', { ro: true } as never), /unknown option ro/)
    expectRefused(() => bind('/x', '/y', { readonly: 'yes' } as never), /bind: readonly/)
    expectRefused(() => bind('/x', '/y', { recursive: 1 } as never), /bind: recursive/)
    expectRefused(() => tmpfs('tmp'), /tmpfs: target: 'tmp' has to be absolute/)
    expectRefused(() => tmpfs('/tmp', { perms: 0 } as never), /unknown option perms/)
    expectRefused(() => proc('proc'), /proc: target: 'proc' has to be absolute/)
    expectRefused(() => remount('/', {} as never), /remount: one of readonly/)
    expectRefused(() => remount('x', { readonly: true }), /has to be absolute/)
  })

  test('C14: each kind names its key', async () => {
    const lower = ['/a', '/b']
    const wrong: [() => unknown, RegExp][] = [
      [() => bind({ fd: -1 }, '/x'), /bind: source/],
      [() => bind('/x', '/y', { optional: 'yes' } as never), /bind: optional/],
      [() => bind('/x', '/y', { nodev: 1 } as never), /bind: nodev/],
      [() => bind('/x', '/y', { idmap: -1 }), /bind: idmap/],
      [() => overlay({ lower: [] }), /overlay: lower/],
      [() => overlay({ lower: ['/a'] }), /without upper two of lower/],
      [() => overlay({ lower, upper: '/u' }), /needs work/],
      [() => overlay({ lower, upper: 'tmpfs', work: '/w' }), /needs work/],
      [() => overlay({ lower, size: '1m' }), /overlay: size/],
      [() => overlay({ lower, upper: 'tmpfs', size: '-1' }), /overlay: size '-1'/],
      [() => proc('/proc', { source: 'old' } as never), /proc: source 'old'/],
      [() => proc('/proc', { hidepid: 2 } as never), /proc: hidepid/],
      [() => proc('/proc', { subset: 'all' } as never), /proc: subset/],
      [() => proc('/proc', { source: 'bind', subset: 'pid' }), /contradict source 'bind'/],
      [() => devpts('/x', { gid: -1 }), /devpts: gid/],
      [() => sysfs('/x', { readonly: 1 } as never), /sysfs: readonly/],
      [() => directory('/x', { mode: -1 }), /directory: mode/],
      [() => file('/x', 1 as never), /file: content/],
      [() => file('/x', '', { perms: 0 } as never), /unknown option perms/],
      [() => symlink('', '/x'), /symlink: content/],
      [() => symlink('x'.repeat(4096), '/x'), /longer than a link/],
      [() => mask('x'), /mask: target/],
      [() => propagation('/', 'both' as never), /propagation: 'both'/],
      [() => move('/a', 'b'), /move: target/],
      [() => mount({ root: tmpfs('/x') }), /mount\.root: the target of the root is '\/'/],
      [() => mount({ root: dev() as never }), /mount\.root/],
    ]
    for (const [make, message] of wrong) expectRefused(make, message)
    await expect(openIdMap({ uid: [], gid: [] })).rejects.toMatchObject({
      code: 'ERR_NS_INVALID_OPTION',
    })
    const bad = [{ stored: 0, shown: 0, count: 0 }]
    await expect(openIdMap({ uid: bad, gid: bad })).rejects.toMatchObject({
      message: expect.stringMatching(/uid\[0\]/),
    })
  })
})
