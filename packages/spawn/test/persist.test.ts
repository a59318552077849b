import { existsSync } from 'node:fs'
import { checkLeaks, lane, links, printLinks, Scratch } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { run, spawn, unpersist } from '../src/index.ts'

checkLeaks()

describe('namespaces.persist', () => {
  if (lane === 'root')
    test('A17: what a command made outlives it, and is entered by its file', async () => {
      using scratch = new Scratch()
      const uts = scratch.at('uts')
      await run('true', { namespaces: { uts: { hostname: 'kept' }, persist: { uts } } })
      const { stdout } = await run('hostname', { namespaces: { uts: { join: uts } } })
      expect(stdout).toBe('kept\n')
      unpersist(uts)
      expect(existsSync(uts)).toBe(false)
    })

  if (lane === 'root')
    test('a type that only it names is made', async () => {
      using scratch = new Scratch()
      const path = scratch.at('ipc')
      const first = await run(printLinks.file, printLinks.args, {
        namespaces: { persist: { ipc: path } },
      })
      const second = await run(printLinks.file, printLinks.args, {
        namespaces: { ipc: { join: path } },
      })
      unpersist(path)
      expect(links(second.stdout)).toEqual(links(first.stdout))
    })

  if (lane === 'user')
    test('without the right to mount it fails, with what to do, and nothing is left', async () => {
      using scratch = new Scratch()
      const uts = scratch.at('uts')
      await expect(run('true', { namespaces: { user: true, persist: { uts } } })).rejects.toThrow(
        expect.objectContaining({
          code: 'ERR_NS_PERMISSION',
          operation: 'persist',
          hint: expect.stringMatching(/CAP_SYS_ADMIN .*be root, or do it in user and mount/),
        }),
      )
      expect(existsSync(uts)).toBe(false)
    })

  test.each([
    [{ persist: { mnt: '/x' } }, /namespaces\.persist: unknown option mnt/],
    [{ persist: { uts: '' } }, /uts: the path of the file/],
    [{ uts: { join: 1 }, persist: { uts: '/x' } }, /uts: only a namespace that is made/],
  ])('A7: %o is refused before anything exists', (namespaces, message) => {
    expect(() => spawn('true', [], { namespaces: namespaces as never })).toThrow(
      expect.objectContaining({
        code: 'ERR_NS_INVALID_OPTION',
        message: expect.stringMatching(message),
      }),
    )
  })
})
