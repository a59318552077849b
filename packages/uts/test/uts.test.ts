import { hostname } from 'node:os'
import { asCaller, checkLeaks, describeNamespace, output, shell } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { uts } from '../src/index.ts'

const printNames = 'cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname'

describeNamespace({
  type: 'uts',
  create: () => uts(),
  join: (ref) => uts({ join: ref }),
  sample: { change: 'hostname sample', print: printNames },
})
checkLeaks()

describe('the names of a new namespace', () => {
  test('A12: they are there when the command begins, and the host keeps its own', async () => {
    const before = hostname()
    const contributions = asCaller([uts({ hostname: 'box', domainname: 'example.test' })])
    expect((await shell(contributions, printNames)).stdout).toBe('box\nexample.test\n')
    expect(hostname()).toBe(before)
  })

  test('are those of the caller where none is given', async () => {
    const outside = await shell([], printNames)
    expect((await shell(asCaller([uts()]), printNames)).stdout).toBe(outside.stdout)
    const named = await shell(asCaller([uts({ hostname: 'box' })]), printNames)
    expect(named.stdout).toBe(outside.stdout.replace(/.*/, 'box'))
  })

  test.each([
    ['64 letters', 'x'.repeat(64)],
    ['64 bytes in 32 letters', 'é'.repeat(32)],
    ['a space and a slash', 'not / a name'],
  ])('%s arrive unchanged', async (_, name) => {
    const contributions = asCaller([uts({ hostname: name, domainname: name })])
    expect((await shell(contributions, printNames)).stdout).toBe(`${name}\n${name}\n`)
  })

  test('`uname` and Node inside see them', async () => {
    const script = "console.log(require('node:os').hostname())"
    const contributions = asCaller([uts({ hostname: 'box' })])
    const { stdout } = await output(contributions, { file: process.execPath, args: ['-e', script] })
    expect(stdout).toBe('box\n')
    expect((await output(contributions, { file: 'uname', args: ['-n'] })).stdout).toBe('box\n')
  })

  test('an ordinary command may not change them, root of a user namespace may', async () => {
    const [user] = asCaller([])
    const change = await shell(asCaller([uts()]), 'hostname other; hostname')
    expect(change.stdout).toBe(user ? 'other\n' : `${hostname()}\n`)
  })
})
