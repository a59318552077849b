import { readlinkSync } from 'node:fs'
import { launch, type NamespaceRef, type NamespaceType, procName } from '@ns/syscalls'
import { describe, expect, test } from 'vitest'
import type { NamespaceSpec } from './describe-namespace.ts'
import { expectErrno, failure } from './failures.ts'
import { lane } from './gates.ts'
import { output } from './output.ts'
import { Scratch } from './scratch.ts'

/** What is no namespace to join, and what an ordinary user may not have. */
export function describeRefusals({ type, create, join }: NamespaceSpec): void {
  /** Thrown by `launch` itself: there never was a process. */
  function expectRefused(ref: NamespaceRef, code: string, message: RegExp): void {
    expect(() => launch([join(ref)], { file: 'true' })).toThrow(
      expect.objectContaining({
        code,
        namespace: type,
        operation: 'open',
        message: expect.stringMatching(message),
      }),
    )
  }

  describe('what cannot be joined is refused before anything exists', () => {
    test('D11: a namespace of another type', () => {
      const other: NamespaceType = type === 'ipc' ? 'uts' : 'ipc'
      const message = new RegExp(`is a ${other} namespace, but a ${type} namespace is wanted`)
      expectRefused(`/proc/self/ns/${procName(other)}`, 'ERR_NS_NOT_A_NAMESPACE', message)
    })

    test('D11: a regular file', () => {
      using scratch = new Scratch()
      const file = scratch.file('file')
      expectRefused(file, 'ERR_NS_NOT_A_NAMESPACE', new RegExp(`'${file}' is no namespace`))
    })

    test('D11: a directory', () => {
      expectRefused('/', 'ERR_NS_NOT_A_NAMESPACE', /'\/' is no namespace/)
    })

    test('D11: a path where nothing is', () => {
      expectRefused('/nonesuch', 'ERR_NS_NOT_A_NAMESPACE', /cannot open '\/nonesuch'.*ENOENT/)
    })

    test('D11: the pid of a process that is gone', async () => {
      const { ready } = await output([], { file: 'true' })
      const message = new RegExp(`process ${ready.pid}`)
      expectRefused(ready.pid, 'ERR_NS_NO_SUCH_PROCESS', message)
      expectRefused(
        `/proc/${ready.pid}/ns/${procName(type)}`,
        'ERR_NS_NO_SUCH_PROCESS',
        /cannot open/,
      )
    })

    test('D11: an fd that is something else, or is not open', () => {
      expectRefused({ fd: 0 }, 'ERR_NS_NOT_A_NAMESPACE', /fd 0 is no namespace/)
      expect(() => launch([join({ fd: 1_000_000 })], { file: 'true' })).toThrow(/EBADF/)
    })
  })

  if (lane === 'user') describeUnprivileged({ type, create, join })
}

function describeUnprivileged({ type, create, join }: NamespaceSpec): void {
  describe('without privilege', () => {
    if (type !== 'user')
      test('EPERM comes with what to do about it', async () => {
        const error = await failure([create()])
        expect(error).toMatchObject({
          code: 'ERR_NS_PERMISSION',
          namespace: type,
          operation: 'create',
          hint: expect.stringMatching(/user namespace/),
        })
        expectErrno(error, 'EPERM')
      })

    test('a process of another user is not looked at, and the hint says why', async () => {
      expect(() => readlinkSync('/proc/1/ns/uts')).toThrow(/EACCES/)
      const error = await failure([join(1)])
      expect(error).toMatchObject({
        code: 'ERR_NS_PERMISSION',
        namespace: type,
        operation: 'open',
        hint: expect.stringMatching(/CAP_SYS_PTRACE/),
      })
      expectErrno(error, 'EACCES')
    })

    if (type !== 'user')
      test('EPERM of a join names the user namespace that is missing', async () => {
        const error = await failure([join(0)])
        expect(error).toMatchObject({
          code: 'ERR_NS_PERMISSION',
          namespace: type,
          operation: 'join',
        })
        expect((error as { hint?: string }).hint).toMatch(/CAP_SYS_ADMIN/)
        expectErrno(error, 'EPERM')
      })
  })
}
