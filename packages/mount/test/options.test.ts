import { describe, expect, test } from 'vitest'
import { bind, mount, proc, remount, tmpfs } from '../src/index.ts'

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
    [{ roots: '/x' }, /unknown option roots; known: propagation, root, readonly, mounts, join/],
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
})
