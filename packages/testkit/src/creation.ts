import { Namespace } from '@ns/syscalls'
import { describe, expect, test } from 'vitest'
import { asCaller, rootInside } from './caller.ts'
import type { NamespaceSpec } from './describe-namespace.ts'
import { failure } from './failures.ts'
import { expectNoLeaks } from './leaks.ts'
import { differences, identitiesOf, links, ownLinks, printLinks } from './links.ts'
import { output, shell } from './output.ts'
import { countResources } from './resources.ts'
import { running } from './running.ts'

/** What a new namespace is. */
export function describeCreation({ type, create, sample }: NamespaceSpec): void {
  const made = () => asCaller([create()])

  describe('a new one', () => {
    test('A1: its link differs from the host’s, those of no other type do', async () => {
      const { stdout } = await output(made(), printLinks)
      const types = new Set(made().map((contribution) => contribution.type))
      expect(differences(links(stdout), ownLinks())).toEqual([...types].sort())
    })

    test('A3: `ready` names the inodes that the process itself reads', async () => {
      const { stdout, ready } = await output(made(), printLinks)
      expect(ready.namespaces).toEqual(identitiesOf(links(stdout)))
    })

    test('works twice, from one contribution', async () => {
      const contributions = made()
      await using first = await running(contributions)
      await using second = await running(contributions)
      expect(ownLinks(first.pid)[type]).not.toBe(ownLinks(second.pid)[type])
    })

    test('two can be started at once', async () => {
      const outputs = await Promise.all([1, 2].map(() => output(made(), printLinks)))
      for (const { stdout, exitCode } of outputs) {
        expect(exitCode).toBe(0)
        expect(links(stdout)[type]).not.toBe(ownLinks()[type])
      }
    })

    if (type !== 'user')
      test('works with a new user namespace, which owns it', async () => {
        await using sleeper = await running([rootInside(), create()])
        using own = Namespace.open(type, sleeper.pid)
        using user = Namespace.open('user', sleeper.pid)
        using owner = own.owner()
        expect(owner.equals(user)).toBe(true)
        const { stdout } = await shell([rootInside(), create()], 'id -u')
        expect(stdout).toBe('0\n')
      })

    test('leaves nothing behind, whether it ran, was killed, or could not be executed', async () => {
      const before = countResources()
      await output(made(), { file: 'true' })
      await (await running(made()))[Symbol.asyncDispose]()
      expect(await failure(made(), { file: '/nonesuch' })).toMatchObject({ code: 'ENOENT' })
      await expectNoLeaks(before)
    })

    if (sample)
      test('what is changed inside is not seen outside', async () => {
        const before = await shell([], sample.print)
        const inside = await shell(made(), `${sample.change} && ${sample.print}`, {
          capabilities: 'keep',
        })
        expect(inside.stderr).toBe('')
        expect(inside.stdout).not.toBe(before.stdout)
        expect((await shell([], sample.print)).stdout).toBe(before.stdout)
      })
  })
}
