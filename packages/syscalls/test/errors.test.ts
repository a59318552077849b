import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memfdCreate, pread, pwrite, seal } from '../src/calls/fds.ts'
import { wait } from '../src/calls/processes.ts'
import {
  close,
  errnoName,
  errnoNumber,
  invalidOption,
  Namespace,
  NamespaceError,
  open,
  pidfdOpen,
  pidfdSendSignal,
  SyscallError,
  socketpair,
  UnsupportedError,
} from '../src/index.ts'
import { secondCopy } from './support/second-copy.ts'

const source = join(import.meta.dirname, '../src')

/** A call that fails, and what its error has to say. */
const calls: readonly (readonly [string, () => unknown, object])[] = [
  [
    'close',
    () => close(99999),
    { code: 'EBADF', errno: -9, syscall: 'close', message: 'EBADF: bad file descriptor, close' },
  ],
  [
    'open',
    () => open('/no/such', 0),
    {
      code: 'ENOENT',
      errno: -2,
      syscall: 'openat',
      path: '/no/such',
      message: "ENOENT: no such file or directory, openat '/no/such'",
    },
  ],
  [
    'memfdCreate',
    () => memfdCreate('x', 0x80),
    { code: 'EINVAL', errno: -22, syscall: 'memfd_create', path: 'x' },
  ],
  ['seal', () => seal(99999), { code: 'EBADF', errno: -9, syscall: 'fcntl' }],
  [
    'pwrite',
    () => pwrite(99999, Buffer.from('x'), 0),
    { code: 'EBADF', errno: -9, syscall: 'pwrite64' },
  ],
  [
    'pread',
    () => pread(99999, Buffer.alloc(1), 0),
    { code: 'EBADF', errno: -9, syscall: 'pread64' },
  ],
  [
    'socketpair',
    () => socketpair(99),
    { code: expect.stringMatching(/EINVAL|ESOCKTNOSUPPORT/), syscall: 'socketpair' },
  ],
  [
    'pidfdOpen',
    () => pidfdOpen(2 ** 22 + 1),
    { code: 'ESRCH', errno: -3, syscall: 'pidfd_open', path: `pid ${2 ** 22 + 1}` },
  ],
  [
    'pidfdSendSignal',
    () => pidfdSendSignal(99999, 9),
    { code: 'EBADF', errno: -9, syscall: 'pidfd_send_signal' },
  ],
  ['wait', () => wait(99999), { code: 'EBADF', errno: -9, syscall: 'waitid' }],
]

test.each(calls)('%s: the error has the shape of Node’s', (_, call, shape) => {
  const error = caught(call)
  expect(error).toBeInstanceOf(SyscallError)
  expect(error).toMatchObject(shape)
  expect(error.errno).toBeLessThan(0)
  expect(error.message.startsWith(`${error.code}: `)).toBe(true)
})

test('message and properties are those of a system error of Node itself', () => {
  const nodes = caught(() => statSync('/no/such'))
  const ours = new SyscallError(2, 'stat', { path: '/no/such' })
  for (const key of ['code', 'errno', 'syscall', 'path', 'message'] as const)
    expect(ours[key]).toBe(nodes[key])
  expect(new SyscallError(1, 'mount', { path: 'a', dest: 'b' }).message).toBe(
    "EPERM: operation not permitted, mount 'a' -> 'b'",
  )
})

test('errno names are the kernel’s, both ways; an unknown number stays visible', () => {
  for (const name of ['EPERM', 'ENOENT', 'EAGAIN', 'ENOSPC', 'ENOSYS'] as const)
    expect(errnoName(errnoNumber(name))).toBe(name)
  expect(errnoName(87)).toBe('EUSERS')
  expect(errnoName(999)).toBe('E999')
  expect(new SyscallError(999, 'x').message).toBe('E999: unknown error, x')
})

test('`instanceof` holds across two copies of the package, and for nothing else', async (context) => {
  const other = await secondCopy(context)
  const pairs = [
    [SyscallError, other.SyscallError, new other.SyscallError(1, 'x')],
    [NamespaceError, other.NamespaceError, other.invalidOption('x')],
    [UnsupportedError, other.UnsupportedError, new other.UnsupportedError('x')],
  ] as const
  for (const [ours, theirs, error] of pairs) {
    expect(ours).not.toBe(theirs)
    expect(error instanceof ours).toBe(true)
    expect(error instanceof theirs).toBe(true)
    for (const [another] of pairs) expect(error instanceof another).toBe(another === ours)
    for (const value of [new Error('x'), null, undefined, 'x', {}])
      expect(value instanceof ours).toBe(false)
  }
})

test('a NamespaceError tells what it was doing, what to change, and has what it was told as its cause', () => {
  const cause = new SyscallError(1, 'unshare')
  const error = new NamespaceError('it failed', {
    code: 'ERR_NS_SETUP',
    namespace: 'uts',
    operation: 'create',
    hint: 'do this',
    cause,
  })
  expect(error).toMatchObject({
    name: 'NamespaceError',
    code: 'ERR_NS_SETUP',
    namespace: 'uts',
    operation: 'create',
    hint: 'do this',
    cause,
  })
  expect(error.message).toBe('it failed\n  hint: do this')
  expect(Object.keys(invalidOption('x'))).not.toContain('cause')
  expect(caught(() => Namespace.open('uts', '/no/such'))).toMatchObject({
    code: 'ERR_NS_NOT_A_NAMESPACE',
    cause: { code: 'ENOENT' },
  })
})

test('the codes of the table are those of the union, and all that the sources use', () => {
  const text = readFileSync(join(source, 'errors/codes.ts'), 'utf8')
  const table = [...text.matchAll(/^ \* \| `(ERR_NS_\w+)`/gm)].map(([, code]) => code)
  const union = [...text.matchAll(/^ {2}\| '(ERR_NS_\w+)'/gm)].map(([, code]) => code)
  expect(table).toEqual(union)
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  const used = files.flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/'(ERR_NS_\w+)'/g)].map(
      ([, code]) => code,
    ),
  )
  expect(used.filter((code) => !union.includes(code))).toEqual([])
})

function caught(call: () => unknown): NodeJS.ErrnoException & { errno: number; message: string } {
  try {
    call()
  } catch (error) {
    return error as NodeJS.ErrnoException & { errno: number; message: string }
  }
  throw new Error('it did not fail')
}
