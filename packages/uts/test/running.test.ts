import { hostname } from 'node:os'
import { asCaller, checkLeaks, lane, running, shell } from '@ns/testkit'
import { expect, test } from 'vitest'
import { readNames, setNames, uts } from '../src/index.ts'

checkLeaks()

/** An ordinary user enters by way of the user namespace that owns it. */
const userOf = (pid: number) => (lane === 'user' ? { user: pid } : {})

test('names are read from outside', async () => {
  const names = { hostname: 'x'.repeat(64), domainname: 'bücher.test' }
  await using sleeper = await running(asCaller([uts(names)]))
  expect(await readNames(sleeper.pid, userOf(sleeper.pid))).toEqual(names)
})

test('names are changed from outside, and the processes inside see it', async () => {
  await using sleeper = await running(asCaller([uts({ hostname: 'old', domainname: 'kept' })]))
  await setNames(sleeper.pid, { hostname: 'new' }, userOf(sleeper.pid))
  expect(await readNames(sleeper.pid, userOf(sleeper.pid))).toEqual({
    hostname: 'new',
    domainname: 'kept',
  })
  const joined = asCaller([uts({ join: sleeper.pid })], sleeper.pid)
  expect((await shell(joined, 'uname -n')).stdout).toBe('new\n')
  expect(hostname()).not.toBe('new')
})

test('what is no UTS namespace is refused', async () => {
  const error = { code: 'ERR_NS_NOT_A_NAMESPACE', namespace: 'uts' }
  await expect(readNames('/proc/self/ns/ipc')).rejects.toMatchObject(error)
  await expect(setNames('/proc/self/ns/ipc', { hostname: 'x' })).rejects.toMatchObject(error)
})

if (lane === 'root')
  test('our own is read as any other', async () => {
    expect((await readNames(0)).hostname).toBe(hostname())
  })
else
  test('without the right to enter, the error names what is missing', async () => {
    await using sleeper = await running(asCaller([uts()]))
    const error = { code: 'ERR_NS_PERMISSION', namespace: 'uts', operation: 'join' }
    await expect(readNames(sleeper.pid)).rejects.toMatchObject({
      ...error,
      hint: expect.stringMatching(/user namespace that owns/),
    })
  })
