import { readFileSync } from 'node:fs'
import { linux } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { hasCapability, type LimitName, launch } from '../../src/index.ts'
import { CAP, RLIMIT } from '../../src/kernel/constants.ts'
import { fresh, rootInside } from '../support/namespaces.ts'
import { failure, run } from '../support/run.ts'

const show = { file: '/bin/cat', args: ['/proc/self/limits'] }
const limitOf = (text: string, title: string) =>
  text.match(new RegExp(`^${title} +(\\S+) +(\\S+)`, 'm'))?.slice(1, 3)

/** CAP_SYS_RESOURCE counts in the initial user namespace alone. */
const mayRaise =
  hasCapability(CAP.SYS_RESOURCE) &&
  /^ *0 +0 +4294967295$/m.test(readFileSync('/proc/self/uid_map', 'utf8'))

describe.each([
  ['without namespaces', []],
  ['in a user namespace', [rootInside(), fresh('uts')]],
])('D12: %s', (_, namespaces) => {
  test('limits are lowered, both or one of the two, and read back', async () => {
    const limits = { nofile: 64, core: { soft: 0 }, nproc: { hard: 5000 } } as const
    const { stdout, ready } = await run({ ...show, limits }, namespaces)
    expect(limitOf(stdout, 'Max open files')).toEqual(['64', '64'])
    expect(limitOf(stdout, 'Max core file size')?.[0]).toBe('0')
    expect(limitOf(stdout, 'Max processes')?.[1]).toBe('5000')
    expect(ready.protections?.limits).toMatchObject({
      nofile: { soft: 64, hard: 64 },
      core: { soft: 0 },
      nproc: { hard: 5000 },
    })
  })

  test('raising over hard fails with the name and both values', async () => {
    // Root that may raise its own is asked from where it may not.
    const script = `
      const { launch } = await import('${new URL('../../src/index.ts', import.meta.url)}')
      const child = launch([], { file: '/bin/true', limits: { nofile: 2048 } })
      await child.started.catch(({ code, message, hint }) => console.log(code, message, hint))`
    const args = ['--conditions=@ns/source', '--input-type=module', '-e', script]
    const limits = { nofile: 1024 }
    const capabilities = 'drop'
    const isRoot = process.getuid?.() === 0
    const restricted = isRoot ? ({ limits, capabilities, uid: 12345 } as const) : { limits }
    const { stdout } = await run({ file: process.execPath, args, ...restricted }, [])
    expect(stdout).toMatch(
      /^ERR_NS_PERMISSION limits.nofile: the hard limit is 1024 and cannot be raised to 2048: EPERM/,
    )
    expect(stdout).toContain('CAP_SYS_RESOURCE')
  })

  // One of two outcomes on every machine: both are asserted.
  test(`raising a hard limit ${mayRaise ? 'is done for who may' : 'is refused to who may not'}`, async () => {
    const hard = limitOf(readFileSync('/proc/self/limits', 'utf8'), 'Max msgqueue size')?.[1]
    const raised = Number(hard) + 4096 // NaN where it is unlimited: that would fail
    const limits = { msgqueue: raised }
    if (mayRaise) {
      const { stdout, ready } = await run({ ...show, limits }, namespaces)
      expect(limitOf(stdout, 'Max msgqueue size')).toEqual([`${raised}`, `${raised}`])
      expect(ready.protections?.limits).toEqual({ msgqueue: { soft: raised, hard: raised } })
    } else {
      const error = await failure({ ...show, limits }, namespaces)
      expect(error).toMatchObject({ code: 'ERR_NS_PERMISSION' })
      expect(error.message).toContain(
        `the hard limit is ${hard} and cannot be raised to ${raised}: EPERM`,
      )
    }
  })
})

/** It opens files, which a limit of 0 would forbid. */
const hasLandlock = linux(6, 2, 'a Landlock of truncation')() === undefined

test('every resource can be limited, none of them ends the start', async () => {
  const all = Object.keys(RLIMIT).map((name) => [name.toLowerCase(), {}])
  const { ready } = await run({ ...show, limits: Object.fromEntries(all) })
  expect(Object.keys(ready.protections?.limits ?? {})).toHaveLength(16)
  const none = launch([], {
    file: '/bin/true',
    limits: { nofile: 0, core: 0, msgqueue: 0 },
    landlock: hasLandlock ? { readonly: ['/'] } : undefined,
  })
  await none.started
  await none.exited
})

test.each([
  [{ nofile: { soft: 10, hard: 5 } }, 'limits.nofile: the soft limit 10 is above the hard limit 5'],
  [{ nofile: -1 }, "limits.nofile: an integer of 0 or more, or 'unlimited', is wanted"],
  [{ nofile: { maximum: 1 } }, 'limits.nofile: a number, or soft and hard, is wanted'],
  [{ files: 1 }, /^limits: unknown limit files; known: cpu, /],
])('%j is refused before anything exists', async (limits, message) => {
  const error = await failure({
    file: '/bin/true',
    limits: limits as Partial<Record<LimitName, number>>,
  })
  expect(error).toMatchObject({ code: 'ERR_NS_INVALID_OPTION' })
  if (typeof message === 'string') expect(error.message).toBe(message)
  else expect(error.message).toMatch(message)
})
